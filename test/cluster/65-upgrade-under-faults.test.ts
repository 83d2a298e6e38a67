import { afterAll, beforeAll, expect, it } from "vitest";
import { Load } from "./support/load";
import { LocalCluster, type Task } from "./support/local";
import { onMachine } from "./support/machine";
import { expected, until } from "./support/until";

// An app of ten tasks is upgraded again and again, each time while another process of the engine is killed.

const name = "upgraded";
const instances = 10;

/** How long one upgrade may take, the loss of a leader included, in seconds. */
const upgradeLimitSeconds = 120;

const definition = (version: string) => ({
  id: name,
  cpus: 0.05,
  mem: 32,
  instances,
  env: { VERSION: version },
  upgradeStrategy: { minimumHealthCapacity: 0.8, maximumOverCapacity: 0.2 },
  container: {
    type: "DOCKER",
    docker: { image: "nginx:latest", network: "BRIDGE", portMappings: [{ containerPort: 80, hostPort: 0 }] },
  },
  healthChecks: [{ protocol: "HTTP", path: "/", portIndex: 0, gracePeriodSeconds: 10, intervalSeconds: 1 }],
});

interface App {
  app: { version: string; tasks: (Task & { version: string; slaveId: string })[] };
}

let cluster: LocalCluster;
let load: Load;

const app = async () => (await cluster.door.marathon<App>(`/v2/apps/${name}`)).app;
const on = (hostname: string, command: string) => onMachine("local", cluster.outputs, hostname, command);

/** SIGKILL to a service's process, as a crash would end it: its restart policy brings it back. */
async function kill(hostname: string, service: string): Promise<void> {
  await on(hostname, `sudo kill -KILL $(docker inspect -f '{{.State.Pid}}' ${service})`);
}

/** The upgrade is over when the app has ten healthy tasks of the new version and no deployment is left. */
async function upgraded(version: string): Promise<App["app"]> {
  return until(`the end of the upgrade to ${version}`, upgradeLimitSeconds, async () => {
    const deployments = await cluster.door.marathon<{ affectedApps: string[] }[]>("/v2/deployments");
    expected(!deployments.some(({ affectedApps }) => affectedApps.includes(`/${name}`)), deployments);
    const now = await app();
    const healthy = now.tasks.filter((task) => task.version === now.version && task.healthCheckResults?.[0]?.alive);
    expected(healthy.length === instances && now.tasks.length === instances, now.tasks);
    return now;
  });
}

/** The app's containers that run on the slaves, each with the version it was started with and Mesos's task id. */
async function containers(): Promise<{ task: string; version: string }[]> {
  const inspect =
    "docker ps -q | xargs -r docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' | grep -E '^(MESOS_TASK_ID|VERSION)=.'";
  const found: { task: string; version: string }[] = [];
  for (const { hostname } of cluster.outputs.machines.filter(({ role }) => role === "slave")) {
    const env = (await on(hostname, `${inspect} || true`)).split("\n");
    const values = (key: string) => env.filter((line) => line.startsWith(`${key}=`)).map((line) => line.split("=")[1]);
    const versions = values("VERSION");
    const tasks = values("MESOS_TASK_ID").filter((task) => task?.startsWith(`${name}.`));
    for (const [i, task = ""] of tasks.entries()) found.push({ task, version: versions[i] ?? "" });
  }
  return found;
}

beforeAll(async () => {
  cluster = await LocalCluster.running();
  await cluster.door.marathon("/v2/apps", { method: "POST", body: definition("0") });
  await upgraded("0");
  await until("the app at the front door", 30, async () => {
    const { status } = await cluster.door.ask(name, "/");
    expected(status === 200, `status ${status}`);
    return true;
  });
  load = new Load(cluster.door, name, 900);
});
afterAll(async () => {
  await load?.stop();
  await cluster.door.ask("marathon", `/v2/apps/${name}?force=true`, { method: "DELETE", password: true });
  await until("the app's end", 60, async () => {
    const { status } = await cluster.door.ask("marathon", `/v2/apps/${name}`, { password: true });
    expected(status === 404 && (await containers()).length === 0, `status ${status}`);
    return true;
  });
});

const leadingMarathon = async () => {
  const { leader } = await cluster.door.marathon<{ leader: string }>("/v2/leader");
  return cluster.hostnameOf(leader.split(":")[0] ?? "");
};
const leadingMaster = async () => {
  const { leader_info } = await cluster.door.mesos<{ leader_info: { hostname: string } }>("/state");
  return cluster.hostnameOf(leader_info.hostname);
};
const leadingChronos = async () => {
  const { body } = await cluster.door.ask("chronos", "/v1/scheduler/leader", { password: true });
  const { leader } = JSON.parse(body) as { leader: string };
  return cluster.hostnameOf(leader.split(":")[0] ?? "");
};

it.each([
  ["the leading master", leadingMaster, "mesos-master"],
  ["the leading Marathon", leadingMarathon, "marathon"],
  ["the leading Chronos", leadingChronos, "chronos"],
  ["an agent's process", async () => "slave-000", "mesos-agent"],
  ["a member of ZooKeeper", async () => "ops110", "zookeeper"],
])(
  "%s is killed while the app is upgraded: no task is lost or doubled, no request fails",
  async (what, where, service) => {
    const version = `without ${what}`;
    const { asked } = load;
    const failedBefore = load.failures.length;
    const started = Date.now();
    await cluster.door.marathon(`/v2/apps/${name}`, { method: "PUT", body: { env: { VERSION: version } } });
    await until("the middle of the upgrade", 60, async () => {
      const { version: now, tasks } = await app();
      const fresh = tasks.filter((task) => task.version === now && task.state === "TASK_RUNNING");
      expected(fresh.length >= 2, tasks);
      return true;
    });
    const hostname = await where();
    await kill(hostname, service);
    const { tasks } = await upgraded(version);
    console.log(`${what} (${hostname}): upgraded after ${((Date.now() - started) / 1000).toFixed(1)} s`);

    const ids = tasks.map(({ id }) => id).sort();
    const running = await until("Mesos to count the app's tasks, and the slaves to run them", 60, async () => {
      const { frameworks } = await cluster.door.mesos<{
        frameworks: { tasks: { id: string; state: string }[] }[];
      }>("/state");
      const counted = frameworks.flatMap((framework) => framework.tasks).filter(({ id }) => id.startsWith(`${name}.`));
      expected(counted.length === instances && counted.every(({ state }) => state === "TASK_RUNNING"), counted);
      const seen = await containers();
      expected(seen.length === instances, seen);
      return { counted: counted.map(({ id }) => id).sort(), seen };
    });
    expect(running.counted).toEqual(ids);
    expect(running.seen.map(({ task }) => task).sort()).toEqual(ids);
    expect(new Set(running.seen.map((container) => container.version))).toEqual(new Set([version]));
    expect(load.asked).toBeGreaterThan(asked + 10);
    expect(load.failures.slice(failedBefore)).toEqual([]);
  },
);
