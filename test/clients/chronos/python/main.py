"""The life of jobs through chronos-python: main.py <host:port> <password> <v1 or none>."""

import sys
import time

import chronos

server, password, version = sys.argv[1:4]
client = chronos.connect(
    server,
    username="user",
    password=password,
    scheduler_api_version=None if version == "none" else version,
)


def until(what, ask):
    for _ in range(300):
        found = ask()
        if found:
            return found
        time.sleep(0.1)
    raise SystemExit("waited in vain for " + what)


def job(name):
    return next((each for each in client.list() if each["name"] == name), None)


def named(suffix):
    return "client-%s-%s" % (version, suffix)


base = {"owner": "ops@example.org", "disabled": False, "async": False, "cpus": 0.1, "mem": 32, "disk": 1}
parent = dict(base, name=named("parent"), command="true", schedule="R1//PT1H")
child = dict(base, name=named("child"), command="true", parents=[parent["name"]])

assert client.add(parent) is None
until("the parent", lambda: job(parent["name"]))
assert client.add(child) is None
until("the child", lambda: job(child["name"]))
until("a success of the parent", lambda: job(parent["name"])["successCount"] == 1)

client.update(dict(parent, description="again", schedule="R/2030-01-01T00:00:00Z/P1D"))
until("the update", lambda: job(parent["name"])["description"] == "again")
client.run(parent["name"])
until("a second success", lambda: job(parent["name"])["successCount"] == 1)
until("the child's run", lambda: job(child["name"])["successCount"] >= 1)

assert [each["name"] for each in client.search(name=named("par"))] == [parent["name"]]
assert client.search(command="no such command") == []
assert client.job_stat(parent["name"])["histogram"]["count"] >= 1
assert "link,%s,%s" % (parent["name"], child["name"]) in client.scheduler_graph()
for stat in ("99th", "98th", "95th", "75th", "median", "mean"):
    names = [each["jobNameLabel"] for each in getattr(client, "scheduler_stat_" + stat)()]
    assert parent["name"] in names, stat
assert "gauges" in client.metrics()

endless = dict(base, name=named("endless"), command="sleep 1000", schedule="R1//PT1H")
client.add(endless)
until("the start", lambda: "node,%s,fresh,1 running" % endless["name"] in client.scheduler_graph())
client.delete_tasks(endless["name"])
until("the kill", lambda: "node,%s,fresh,idle" % endless["name"] in client.scheduler_graph())

for name in (child["name"], parent["name"], endless["name"]):
    client.delete(name)
    until("the removal", lambda: job(name) is None)
try:
    client.run(parent["name"])
    raise SystemExit("an unknown job was run")
except chronos.ChronosAPIError:
    pass
try:
    chronos.connect(server, username="user", password="wrong").list()
    raise SystemExit("a wrong password was taken")
except chronos.ChronosAPIError:
    pass
print("done")
