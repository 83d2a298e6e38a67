import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { MarathonProcess } from "./test/marathon-process";
import { TestCluster, webServer } from "./test/test-cluster";

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start();
}, 60_000);
afterAll(() => cluster?.mesos.remove(), 30_000);
afterEach(({ task }) => {
  if (task.result?.state === "fail") process.stdout.write(cluster.mesos.logs());
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

  test("a task that stays unhealthy is killed and replaced; one that fails is started later each time", async () => {
    const [task] = await run({ id: "/sick", cmd: webServer, ...small, healthChecks: [httpCheck] });
    const agent = cluster.mesos.agents.find((_, index) => task?.host === `127.0.0.${index + 1}`);
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

  test("TCP is checked by the leader, a command by the agent, which ends the task when it fails", async () => {
    const times = { gracePeriodSeconds: 0, intervalSeconds: 1, maxConsecutiveFailures: 1 };
    await run({
      id: "/tcp",
      cmd: webServer,
      ...small,
      healthChecks: [{ ...times, protocol: "TCP", gracePeriodSeconds: 5 }],
    });
    expect((await marathon.get("/v2/apps/tcp")).body.app.tasksHealthy).toBe(1);
    await remove("/tcp");
    const sick = join(cluster.mesos.directory, "sick");
    const check = { protocol: "COMMAND", command: { value: `test ! -e ${sick}` }, delaySeconds: 0, ...times };
    const [task] = await run({ id: "/command", cmd: "sleep 1000", ...small, healthChecks: [check] });
    expect((await marathon.get("/v2/apps/command")).body.app.tasksHealthy).toBe(1);
    writeFileSync(sick, "");
    const tasks = async (): Promise<TaskJson[]> => (await marathon.get("/v2/apps/command/tasks")).body.tasks;
    await waitFor("the end of the task", async () => !idsOf(await tasks()).includes(task?.id ?? ""));
    rmSync(sick);
    await waitFor("a healthy one", async () => (await marathon.get("/v2/apps/command")).body.app.tasksHealthy === 1);
    await remove("/command");
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
});
