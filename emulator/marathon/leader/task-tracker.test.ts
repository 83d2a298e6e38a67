import { createLogger } from "@drover/lib/log";
import type { MarathonEvent } from "@drover/lib/marathon/types";
import type { TaskState } from "@drover/lib/mesos/types";
import { expect, test } from "vitest";
import { EventBus } from "../events/event-bus";
import { HealthMonitor } from "../health/health-monitor";
import { ReadinessMonitor } from "../health/readiness-monitor";
import { configVersion } from "../model/app-change";
import type { Instance } from "../model/instance";
import type { Store } from "../state/store";
import { appOf } from "../test/sample-app";
import { Definitions } from "./definitions";
import { InstanceRegistry } from "./instance-registry";
import { LaunchQueue } from "./launch-queue";
import { ReleaseList } from "./release-list";
import { TaskKiller } from "./task-killer";
import { TaskTracker } from "./task-tracker";

const app = appOf({ id: "/prod/db", unreachableStrategy: "disabled" });
const taskId = "prod_db.instance-1._app.2";
const resident: Instance = {
  ...{ id: "prod_db.instance-1", taskId, appId: app.id, version: app.version, configVersion: configVersion(app) },
  ...{ role: "db", agentId: "s1", host: "node1", attributes: [], hostPorts: [], ipAddresses: [] },
  ...{ state: "TASK_RUNNING", isConfirmed: true, goal: "run", stagedAt: app.version, startedAt: app.version },
  volumes: [{ containerPath: "data", persistenceId: "prod#db#data#1", uuid: "1" }],
};

/** A tracker that knows of the resident task; ZooKeeper and Mesos take note of what they are told only. */
function trackerOf() {
  const log = createLogger("marathon", "silent");
  const [instances, definitions, releases, events] = [
    new InstanceRegistry(),
    new Definitions(),
    new ReleaseList(),
    new EventBus(),
  ];
  const killed: string[] = [];
  const published: MarathonEvent[] = [];
  events.subscribe((event) => published.push(event));
  const kill = async (id: string) => void killed.push(id);
  const ignored = async () => {};
  const tracker = new TaskTracker({
    ...{ instances, definitions, releases, events, log },
    queue: new LaunchQueue(),
    killer: new TaskKiller(kill, { chunkSize: 10, retryMs: 1_000 }, log),
    health: new HealthMonitor({ onFailed() {}, onChanged() {}, onHopeless() {} }),
    readiness: new ReadinessMonitor(() => {}),
    store: { saveInstance: ignored, removeInstance: ignored, saveFailure: ignored } as unknown as Store,
    isWanted: () => true,
    onChange: () => {},
    onEnded: () => {},
  });
  definitions.add(app);
  tracker.restore([resident], []);
  const update = (state: TaskState, task = taskId) =>
    tracker.update({ task_id: { value: task }, agent_id: { value: "s1" }, state });
  const present = () => instances.get(resident.id);
  return { tracker, update, present, releases, killed, published };
}

test("a task on a lost agent that is wiped leaves no volumes behind", async () => {
  const { tracker, update, present, releases } = trackerOf();
  await update("TASK_UNREACHABLE");
  await tracker.stop(present() ?? resident, true);
  expect([present(), releases.pending()]).toEqual([undefined, [resident.id]]);
});

test("a task that was told to end is not waited for once its agent is lost; should it come back, it is killed", async () => {
  const { tracker, update, present, killed } = trackerOf();
  await tracker.stop(resident);
  await update("TASK_UNREACHABLE");
  expect(present()).toMatchObject({ state: "RESERVED", goal: "run" });
  killed.length = 0;
  await update("TASK_RUNNING");
  expect([present()?.state, killed]).toEqual(["RESERVED", [taskId]]);
});

test("the end of a task that is not known is told with the path of its app", async () => {
  const { update, published } = trackerOf();
  await update("TASK_FAILED", "prod_web.v2.instance-7._app.1");
  expect(published.at(-1)).toMatchObject({
    ...{ eventType: "unknown_instance_terminated_event", condition: "Failed" },
    ...{ instanceId: "prod_web.v2.instance-7", runSpecId: "/prod/web.v2" },
  });
});
