import { beforeAll, expect, it } from "vitest";
import { docker, runningOf, type Seen } from "./support/engine";
import { LocalCluster } from "./support/local";
import { fourLetterWord, onMachine, resolve } from "./support/machine";
import { expected, until } from "./support/until";

/** How long a machine may take from its restart until everything on it works again, in seconds. */
const limitSeconds = 90;

let cluster: LocalCluster;
let before: Record<string, Seen>;

const agents = async () => {
  const { slaves } = await cluster.door.mesos<{ slaves: { id: string; hostname: string; active: boolean }[] }>(
    "/slaves",
  );
  return Object.fromEntries(slaves.filter(({ active }) => active).map(({ id, hostname }) => [hostname, id]));
};

beforeAll(async () => {
  cluster = await LocalCluster.withDemo();
  before = await runningOf("local");
});

/** The machine that runs again is the one from before: same container, same address, its services up. */
async function isBack(hostname: string): Promise<void> {
  const now = (await runningOf("local"))[hostname];
  expect(now?.id).toBe(before[hostname]?.id);
  expect(now?.startedAt).not.toBe(before[hostname]?.startedAt);
  const { address } = cluster.machine(hostname);
  await until(`${hostname} to have its address`, limitSeconds, async () => {
    const addresses = await onMachine("local", cluster.outputs, hostname, "hostname -I");
    expected(addresses.split(" ").includes(address), addresses);
    return true;
  });
}

it("a slave that restarts comes back as the agent it was, with its services, and the app gets whole", async () => {
  const id = (await agents())["10.77.0.21"];
  await docker("restart", "-t", "20", "drover-local-slave-001");
  await isBack("slave-001");
  await until("slave-001 to be registered under its old id", limitSeconds, async () => {
    const now = await agents();
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
  await isBack(hostname);
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

it("all machines at once, as when this computer's Docker restarts, come back as they were", async () => {
  const known = await agents();
  const { address } = cluster.machine("ops100");
  const names = Object.keys(before).map((name) => `drover-local-${name}`);
  before = await runningOf("local");
  await docker("kill", ...names);
  await docker("start", ...names);
  for (const { hostname } of cluster.outputs.machines) await isBack(hostname);
  await until("ZooKeeper's members to agree again", limitSeconds, async () => {
    const answer = await fourLetterWord(address, "srvr");
    expected(/^Mode: (follower|leader)/m.test(answer), answer);
    return true;
  });
  await until("the slaves to be registered under their old ids", limitSeconds, async () => {
    const now = await agents();
    expected(JSON.stringify(Object.entries(now).sort()) === JSON.stringify(Object.entries(known).sort()), now);
    return true;
  });
  await cluster.healthyTasks(2, limitSeconds);
  await until("the app at the front door", limitSeconds, async () => {
    const { status } = await cluster.door.ask("demo-nginx", "/");
    expected(status === 200, `status ${status}`);
    return true;
  });
});
