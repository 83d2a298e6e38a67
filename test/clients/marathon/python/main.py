"""The life of an app through the client of PyPI. The argument is Marathon's URL; exits with 0 when all went well."""

import collections
import collections.abc
import sys
import threading
import time

# The client was written for Python 3.9 and older, where this name was in both modules.
collections.Iterable = collections.abc.Iterable

from marathon import MarathonClient
from marathon.models import MarathonApp, MarathonGroup
from marathon.models.constraint import MarathonConstraint
from marathon.exceptions import NotFoundError, MarathonHttpError

APP = "/python/app"
LIMIT_SECONDS = 40

client = MarathonClient(sys.argv[1])
seen = []


def listen():
    for event in client.event_stream(event_types=["status_update_event", "deployment_success", "deployment_info"]):
        seen.append(event)


def wait_for(what, ask):
    deadline = time.time() + LIMIT_SECONDS
    while not ask():
        if time.time() > deadline:
            raise SystemExit("waited in vain for " + what)
        time.sleep(0.1)


def deployed(deployment_id):
    wait_for("deployment " + deployment_id, lambda: deployment_id not in [d.id for d in client.list_deployments()])


def running():
    return [task for task in client.list_tasks(APP) if task.state == "TASK_RUNNING"]


threading.Thread(target=listen, daemon=True).start()
assert client.ping().strip() in ("pong", b"pong")
assert client.get_info().framework_id
assert ":" in client.get_leader()["leader"]

app = client.create_app(APP, MarathonApp(
    cmd="sleep 1000", cpus=0.05, mem=32, instances=1, labels={"owner": "python"},
    constraints=[MarathonConstraint("hostname", "LIKE", ".*")],
))
deployed(app.deployments[0].id)
assert len(running()) == 1
assert client.get_app(APP, embed_task_stats=True).tasks_running == 1
assert [found.id for found in client.list_apps(label="owner==python", embed_tasks=True)] == [APP]

deployed(client.scale_app(APP, instances=3)["deploymentId"])
assert len(running()) == 3

before = {task.id for task in running()}
deployed(client.update_app(APP, MarathonApp(env={"NEW": "1"}))["deploymentId"])
assert not before & {task.id for task in running()}
assert len(client.list_versions(APP)) == 3
assert client.get_version(APP, client.list_versions(APP)[0]).env == {"NEW": "1"}

before = {task.id for task in running()}
deployed(client.restart_app(APP)["deploymentId"])
assert not before & {task.id for task in running()}

victim = running()[0]
assert client.kill_task(APP, victim.id).id == victim.id
wait_for("a new task", lambda: len(running()) == 3 and victim.id not in [task.id for task in running()])
client.kill_tasks(APP, scale=True)
wait_for("no task", lambda: client.get_app(APP).instances == 0 and not running())

client.update_app(APP, MarathonApp(instances=1, cpus=10000), force=True)
wait_for("the queue", lambda: [item for item in client.list_queue(embed_last_unused_offers=True) if item.app.id == APP])
[deployment] = client.list_deployments()
deployed(client.delete_deployment(deployment.id)["deploymentId"])

client.create_group(MarathonGroup(id="/python/group", apps=[MarathonApp(id="one", cmd="sleep 1000", cpus=0.05, mem=32)]))
wait_for("the group", lambda: not client.list_deployments())
assert client.get_group("/python/group").apps[0].id == "/python/group/one"
deployed(client.delete_group("/python/group")["deploymentId"])

try:
    client.create_app("/python/wrong", MarathonApp(cmd="x", instances=-1))
    raise SystemExit("a wrong number was taken")
except MarathonHttpError as error:
    assert error.status_code == 422

deployed(client.delete_app(APP)["deploymentId"])
try:
    client.get_app(APP)
    raise SystemExit("the app is still there")
except NotFoundError:
    pass

wait_for("the events", lambda: [e for e in seen if getattr(e, "task_status", "") == "TASK_RUNNING"]
         and [e for e in seen if type(e).__name__ == "MarathonDeploymentSuccess"])
print("done")
