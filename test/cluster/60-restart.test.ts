import { beforeAll, expect, it } from "vitest";
import { docker, runningOf, type Seen } from "./support/engine";
import { LocalCluster } from "./support/local";
import { fourLetterWord, onMachine, resolve } from "./support/machine";
import { agentIds, isBack } from "./support/restarted";
import { expected, until } from "./support/until";

/** How long a machine may take from its restart until everything on it works again, in seconds. */
const limitSeconds = 90;

let cluster: LocalCluster;
let before: Record<string, Seen>;

beforeAll(async () => {
  cluster = await LocalCluster.withDemo();
  before = await runningOf("local");
});

it("a slave that restarts comes back as the agent it was, with its services, and the app gets whole", async () => {
  const id = (await agentIds(cluster))["10.77.0.21"];
  await docker("restart", "-t", "20", "drover-local-slave-001");
  await isBack(cluster, before, "slave-001", limitSeconds);
  await until("slave-001 to be registered under its old id", limitSeconds, async () => {
    const now = await agentIds(cluster);
    expected(now["10.77.0.21"] === id, now);
    return true;
  });
  await until("the services of slave-001", limitSeconds, async () => {
    const names = await onMachine("local", cluster.outputs, "slave-001", "docker ps --format '{{.Names}}'");
    for (const name of ["mesos-agent", "edge", "haproxy"]) expected(names.split("\n").includes(name), names);
    return true;
  });
  await cluster.healthyTasks(2, limitSeconds);
});

it("a core machine that restarts comes back with its member, its data and its services", async () => {
  const { hostname, address } = cluster.machine("ops120");
  const zxid = (text: string) => BigInt(/^Zxid: (0x[0-9a-f]+)/m.exec(text)?.[1] ?? "0");
  const written = zxid(await fourLetterWord(address, "srvr"));
  await docker("restart", "-t", "20", `drover-local-${hostname}`);
  await isBack(cluster, before, hostname, limitSeconds);
  await until(`ZooKeeper on ${hostname} to serve what it had`, limitSeconds, async () => {
    const answer = await fourLetterWord(address, "srvr");
    expected(/^Mode: (follower|leader)/m.test(answer) && zxid(answer) >= written, answer);
    return true;
  });
  await until(`every service on ${hostname} to answer`, limitSeconds, async () => {
    for (const url of [":5050/health", ":8080/ping", "/_drover/health", ":8091/health", ":8123/v1/version"]) {
      const { status } = await fetch(`http://${address}${url}`, { signal: AbortSignal.timeout(2_000) });
      expected(status === 200, `${url} answers ${status}`);
    }
    for (const name of ["marathon.drover.localhost", "demo-nginx.marathon.mesos"]) {
      expected((await resolve(address, name)).length > 0, `no address for ${name}`);
    }
    return true;
  });
  const { status } = await cluster.door.ask("marathon", "/v2/apps/demo-nginx", { password: true });
  expect(status).toBe(200);
});
