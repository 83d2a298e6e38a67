import { writeFileSync } from "node:fs";
import { EventStream } from "@drover/lib/marathon/event-stream";
import type { MarathonEvent } from "@drover/lib/marathon/types";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { MarathonProcess } from "./test/marathon-process";
import { TestCluster, webServer } from "./test/test-cluster";

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start();
}, 60_000);
afterAll(() => cluster?.remove(), 30_000);
afterEach(({ task }) => {
  if (task.result?.state === "fail") process.stdout.write(cluster.logs());
});

const small = { cpus: 0.1, mem: 32 };
const httpCheck = { protocol: "HTTP", path: "/", gracePeriodSeconds: 5, intervalSeconds: 1, maxConsecutiveFailures: 2 };

interface TaskJson {
  id: string;
  host: string;
  version: string;
}

const idsOf = (tasks: TaskJson[]) => tasks.map(({ id }) => id).sort();

describe("one Marathon", () => {
  let marathon: MarathonProcess;
  beforeAll(async () => {
    marathon = await cluster.marathon("/marathon", { MARATHON_ENABLE_FEATURES: "external_volumes,task_killing" });
    await marathon.leads();
  }, 30_000);

  /** Creates an app and waits until it runs as wanted. */
  async function run(app: { id: string; [field: string]: unknown }): Promise<TaskJson[]> {
    const { status, body } = await marathon.call("PUT", `/v2/apps${app.id}`, app);
    expect([200, 201], JSON.stringify(body)).toContain(status);
    await marathon.settled();
    return marathon.running(app.id);
  }

  async function remove(id: string): Promise<void> {
    expect((await marathon.call("DELETE", `/v2/apps${id}`)).status).toBe(200);
    await marathon.settled();
  }

  test("an app is launched, found healthy, and a task that dies is replaced", async () => {
    const app = { id: "/web", cmd: webServer, ...small, instances: 2, healthChecks: [httpCheck] };
    const created = await marathon.call("POST", "/v2/apps", app);
    expect(created.status).toBe(201);
    expect(created.headers.get("location")).toBe("/v2/apps/web");
    expect(created.body.deployments).toEqual([{ id: created.headers.get("marathon-deployment-id") }]);
    await marathon.settled();
    const { body } = await marathon.get("/v2/apps/web");
    expect(body.app).toMatchObject({ tasksRunning: 2, tasksHealthy: 2, tasksUnhealthy: 0, tasksStaged: 0 });
    const [first] = await marathon.running("/web");
    expect(first.healthCheckResults[0]).toMatchObject({ alive: true, consecutiveFailures: 0 });
    const killed = await marathon.call("DELETE", `/v2/apps/web/tasks/${first.id}`);
    expect(killed.body.task.id).toBe(first.id);
    await waitFor("a new task", async () => {
      const ids = idsOf(await marathon.running("/web"));
      return ids.length === 2 && !ids.includes(first.id);
    });
    await remove("/web");
    expect((await marathon.get("/v2/apps/web")).status).toBe(404);
  });

  test("a Docker image behind a bridge, as posted before Marathon 1.5", async () => {
    const server =
      "$s=IO::Socket::INET->new(LocalPort=>80,Listen=>5);while($c=$s->accept){<$c>;print $c qq(HTTP/1.0 200 OK\\r\\n\\r\\n);close $c}";
    const tasks = await run({
      id: "/demo",
      cmd: `exec perl -MIO::Socket::INET -e '${server}'`,
      cpus: 0.1,
      mem: 64,
      instances: 2,
      container: {
        type: "DOCKER",
        docker: {
          image: "debian:bookworm-slim",
          parameters: [{ key: "label", value: "drover.test=marathon" }],
          network: "BRIDGE",
          portMappings: [{ containerPort: 80, hostPort: 0, servicePort: 0, protocol: "tcp" }],
        },
      },
      healthChecks: [{ protocol: "HTTP", portIndex: 0, path: "/", gracePeriodSeconds: 5, intervalSeconds: 20 }],
    });
    expect(tasks).toHaveLength(2);
    const { body } = await marathon.get("/v2/apps/demo");
    expect(body.app).toMatchObject({
      tasksHealthy: 2,
      networks: [{ mode: "container/bridge" }],
      container: { portMappings: [{ containerPort: 80, hostPort: 0, servicePort: expect.any(Number) }] },
    });
    expect(body.app.tasks[0].ipAddresses).toEqual([{ ipAddress: expect.stringMatching(/^172\./), protocol: "IPv4" }]);
    await remove("/demo");
  });

  test("a new version replaces all tasks, and enough of them serve all the time", async () => {
    const app = { id: "/roll", cmd: webServer, ...small, instances: 3, healthChecks: [httpCheck] };
    const before = await run({ ...app, upgradeStrategy: { minimumHealthCapacity: 0.6, maximumOverCapacity: 0.4 } });
    const update = await marathon.call("PUT", "/v2/apps/roll", { env: { A: "b" } });
    expect(update.status).toBe(200);
    const locked = await marathon.call("PUT", "/v2/apps/roll", { instances: 5 });
    expect(locked.status).toBe(409);
    expect(locked.body.deployments).toEqual([{ id: update.body.deploymentId }]);
    let fewest = 3;
    let most = 0;
    await waitFor("the end of the deployment", async () => {
      const [{ body: app }, { body: tasks }] = await Promise.all([
        marathon.get("/v2/apps/roll"),
        marathon.get("/v2/apps/roll/tasks"),
      ]);
      fewest = Math.min(fewest, app.app.tasksHealthy);
      most = Math.max(most, tasks.tasks.length);
      return app.app.deployments.length === 0;
    });
    expect(fewest).toBeGreaterThanOrEqual(2);
    expect(most).toBeLessThanOrEqual(4);
    const after = await marathon.running("/roll");
    expect(after).toHaveLength(3);
    expect(after.map(({ version }) => version)).toEqual(Array(3).fill(update.body.version));
    expect(idsOf(before).filter((id) => idsOf(after).includes(id))).toEqual([]);
    const versions = await marathon.get("/v2/apps/roll/versions");
    expect(versions.body.versions[0]).toBe(update.body.version);
    expect(versions.body.versions).toHaveLength(2);
    await remove("/roll");
  });

  test("scaling keeps the tasks that are there; the youngest go first", async () => {
    const app = { id: "/scale", cmd: "sleep 1000", ...small, instances: 1 };
    const [oldest] = await run(app);
    const three = await run({ ...app, instances: 3 });
    expect(idsOf(three)).toContain(oldest?.id);
    expect(idsOf(await run({ ...app, instances: 1 }))).toEqual([oldest?.id]);
    const scaled = await marathon.call("DELETE", `/v2/apps/scale/tasks/${oldest?.id}?scale=True`);
    expect(scaled.body).toHaveProperty("deploymentId");
    await marathon.settled();
    expect((await marathon.get("/v2/apps/scale")).body.app).toMatchObject({ instances: 0, tasksRunning: 0 });
    await remove("/scale");
  });

  test("constraints hold, and the queue says why a task still waits", async () => {
    const unique = { id: "/unique", cmd: "sleep 1000", ...small, constraints: [["hostname", "UNIQUE", ""]] };
    const two = await run({ ...unique, instances: 2 });
    expect(new Set(two.map(({ host }) => host)).size).toBe(2);
    await marathon.call("PUT", "/v2/apps/unique", { instances: 3 });
    const item = await waitFor("an explanation", async () => {
      const { body } = await marathon.get("/v2/queue");
      const [first] = body.queue;
      return first?.processedOffersSummary.unusedOffersCount > 0 ? first : undefined;
    });
    expect(item).toMatchObject({ count: 1, app: { id: "/unique" }, delay: { overdue: true } });
    const reasons = item.processedOffersSummary.rejectSummaryLaunchAttempt;
    expect(
      reasons.find((each: { reason: string }) => each.reason === "UnfulfilledConstraint").declined,
    ).toBeGreaterThan(0);
    const [deployment] = (await marathon.get("/v2/deployments")).body;
    const rollBack = await marathon.call("DELETE", `/v2/deployments/${deployment.id}`);
    expect(rollBack.body).toHaveProperty("deploymentId");
    await marathon.settled();
    expect(idsOf(await marathon.running("/unique"))).toEqual(idsOf(two));
    await remove("/unique");
  });

  test("a task that stays unhealthy is killed and replaced; one that fails is started later each time", async () => {
    const [task] = await run({ id: "/sick", cmd: webServer, ...small, healthChecks: [httpCheck] });
    const agent = cluster.agents.find((_, index) => task?.host === `127.0.0.${index + 1}`);
    const sandbox = (
      await agent?.json<{ frameworks: { executors: { id: string; directory: string }[] }[] }>("/state")
    )?.frameworks
      .flatMap(({ executors }) => executors)
      .find(({ id }) => id === task?.id)?.directory;
    writeFileSync(`${sandbox}/status`, "500");
    await waitFor("another task", async () => {
      const ids = idsOf(await marathon.running("/sick"));
      return ids.length === 1 && !ids.includes(task?.id ?? "");
    });
    await remove("/sick");
    await marathon.call("POST", "/v2/apps", { id: "/fails", cmd: "exit 3", ...small, backoffSeconds: 30 });
    await waitFor("the delay", async () => {
      const [first] = (await marathon.get("/v2/queue")).body.queue;
      return first?.delay.timeLeftSeconds > 20 && first.delay.overdue === false;
    });
    const { body } = await marathon.get("/v2/apps/fails");
    expect(body.app.lastTaskFailure).toMatchObject({ state: "TASK_FAILED", appId: "/fails" });
    expect((await marathon.call("DELETE", "/v2/queue/fails/delay")).status).toBe(204);
    await remove("/fails");
  });

  test("readiness gates a deployment, not more", async () => {
    const readinessChecks = [{ portName: "api", path: "/", intervalSeconds: 1, httpStatusCodesForReady: [204] }];
    const portDefinitions = [{ port: 0, name: "api" }];
    const app = { id: "/ready", cmd: webServer, ...small, portDefinitions, readinessChecks };
    await marathon.call("POST", "/v2/apps", app);
    await waitFor("a task that is not ready", async () => {
      const { body } = await marathon.get("/v2/apps/ready?embed=apps.readiness");
      return body.app.tasksRunning === 1 && body.app.readinessCheckResults[0]?.ready === false;
    });
    expect((await marathon.get("/v2/deployments")).body).toHaveLength(1);
    await marathon.call("PUT", "/v2/apps/ready?force=true", {
      readinessChecks: [{ ...readinessChecks[0], httpStatusCodesForReady: [200] }],
    });
    await marathon.settled();
    await remove("/ready");
  });

  test("a group is deployed in the order of its dependencies and removed whole", async () => {
    const apps = ["db", "web"].map((id) => ({ id, cmd: "sleep 1000", ...small }));
    const group = { id: "/shop", apps: [apps[0], { ...apps[1], dependencies: ["db"] }], groups: [{ id: "sub" }] };
    const dryRun = await marathon.call("PUT", "/v2/groups/shop?dryRun=true", group);
    expect(dryRun.body.steps.slice(1)).toEqual([
      { actions: [{ action: "ScaleApplication", app: "/shop/db" }] },
      { actions: [{ action: "ScaleApplication", app: "/shop/web" }] },
    ]);
    expect((await marathon.call("POST", "/v2/groups", group)).status).toBe(201);
    await marathon.settled();
    const [[db], [web]] = [await marathon.running("/shop/db"), await marathon.running("/shop/web")];
    expect(db.startedAt <= web.stagedAt).toBe(true);
    const shown = await marathon.get("/v2/groups/shop");
    expect(shown.body).toMatchObject({ id: "/shop", groups: [{ id: "/shop/sub" }], pods: [] });
    expect((await marathon.get("/v2/apps/shop/*")).body["*"]).toHaveLength(2);
    await marathon.call("PUT", "/v2/groups/shop", { scaleBy: 2 });
    await marathon.settled();
    expect(await marathon.running("/shop/web")).toHaveLength(2);
    expect((await marathon.call("DELETE", "/v2/groups/shop")).status).toBe(200);
    await marathon.settled();
    expect((await marathon.get("/v2/groups/shop")).status).toBe(404);
  });

  test("errors have upstream's form", async () => {
    const post = (body: unknown) => marathon.call("POST", "/v2/apps", body);
    expect(await post("{")).toMatchObject({ status: 400, body: { message: "Invalid JSON", details: /JSON/ } });
    expect(await post({ id: "/x", cmd: "x", cpus: "1" })).toMatchObject({
      status: 422,
      body: { message: "Invalid JSON", details: [{ path: "/cpus", errors: ["error.expected.jsnumber"] }] },
    });
    expect(await post({ id: "/x", cmd: "x", instances: -1 })).toMatchObject({
      status: 422,
      body: {
        message: "Object is not valid",
        details: [{ path: "/instances", errors: ["must be greater than or equal to 0"] }],
      },
    });
    expect(await marathon.get("/v2/apps/none")).toMatchObject({
      status: 404,
      body: { message: "App '/none' does not exist" },
    });
    expect((await marathon.call("DELETE", "/v2/apps/none/tasks?scale=true&wipe=true")).status).toBe(404);
    expect((await marathon.call("POST", "/v2/pods", {})).body.message).toContain("pods are not supported");
    expect((await marathon.call("POST", "/v2/info")).status).toBe(405);
  });

  test("events tell what happens; only the types asked for arrive", async () => {
    const events: MarathonEvent[] = [];
    let isOpen = false;
    const types = ["status_update_event", "deployment_success", "app_terminated_event"];
    const stream = new EventStream(
      { urls: [marathon.url], types },
      {
        onConnected: () => {
          isOpen = true;
        },
        onEvent: (event) => events.push(event),
        onDisconnected: () => {},
      },
    );
    await waitFor("the stream", () => isOpen);
    await run({ id: "/told", cmd: "sleep 1000", ...small });
    await remove("/told");
    stream.close();
    expect(events.map((event) => event.taskStatus ?? event.eventType)).toEqual([
      "TASK_STARTING",
      "TASK_RUNNING",
      "deployment_success",
      "TASK_KILLING",
      "TASK_KILLED",
      "app_terminated_event",
      "deployment_success",
    ]);
    expect(events[1]).toMatchObject({ appId: "/told", host: /127/, ports: [expect.any(Number)], slaveId: /-S/ });
  });

  test("the text list serves HAProxy's bridge", async () => {
    const [task] = await run({ id: "/a/b", cmd: webServer, ...small });
    const { body } = await marathon.get("/v2/tasks", { Accept: "text/plain" });
    const { body: json } = await marathon.get("/v2/apps/a/b/tasks");
    const [{ servicePorts, ports }] = json.tasks;
    expect(body).toBe(`a_b\t${servicePorts[0]}\t${task?.host}:${ports[0]}\t\n`);
    await marathon.call("DELETE", "/v2/groups/a");
    await marathon.settled();
  });
});
