"""Runs commands through the library and prints what it hears: main.py <tasks> <master URL>..."""

import sys

from mesoshttp.client import MesosClient

wanted = int(sys.argv[1])
launched = []


def say(*words):
    print(*words, flush=True)


def on_offers(offers):
    for offer in offers:
        agent = offer.get_offer()["agent_id"]
        names = ["work-%d" % number for number in range(len(launched), wanted)]
        if not names:
            offer.decline()
            continue
        launched.extend(names)
        offer.accept([task_of(name, agent) for name in names])


def task_of(name, agent):
    def scalar(resource, value):
        return {"name": resource, "type": "SCALAR", "scalar": {"value": value}}

    return {
        "name": name,
        "task_id": {"value": name},
        "agent_id": agent,
        "resources": [scalar("cpus", 0.1), scalar("mem", 32)],
        "command": {"shell": True, "value": "sleep 1000"},
    }


client = MesosClient(mesos_urls=sys.argv[2:], frameworkName="pypi-client", max_reconnect=20)
client.set_failover_timeout(120)
client.add_capability("PARTITION_AWARE")
client.on(MesosClient.SUBSCRIBED, lambda driver: say("SUBSCRIBED", client.frameworkId))
client.on(MesosClient.OFFERS, on_offers)
client.on(MesosClient.UPDATE, lambda update: say(update["status"]["task_id"]["value"], update["status"]["state"]))
client.register()
