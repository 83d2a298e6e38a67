import { beforeAll, describe, expect, it } from "vitest";
import { workingSetMb } from "../../bench/memory";
import { npm, pulumi, type Ran, succeeded } from "./support/cli";
import { LocalCluster } from "./support/local";
import { fourLetterWord, resolve } from "./support/machine";
import { expected, until } from "./support/until";

let up: Ran;
let cluster: LocalCluster;

beforeAll(async () => {
  up = await succeeded(npm("up"));
  console.log(`npm run up: ${up.seconds.toFixed(1)} s`);
  cluster = await LocalCluster.running();
});

it("`npm run up` ends with how to reach and use the cluster, and shows no secret", () => {
  const block = up.output.slice(up.output.lastIndexOf("Cluster local: front door answers"));
  for (const words of [
    "https://drover.localhost:8443",
    "https://mesos.drover.localhost:8443",
    "https://marathon.drover.localhost:8443",
    "https://chronos.drover.localhost:8443",
    "ops100 10.77.0.10, ops110 10.77.0.11, ops120 10.77.0.12",
    "slave-000 10.77.0.20, slave-001 10.77.0.21",
    "10.77.0.10:2181,10.77.0.11:2181,10.77.0.12:2181",
    "pulumi stack output credentials --show-secrets -s local",
    "npm run down",
  ]) {
    expect(block).toContain(words);
  }
  expect(up.output).not.toContain(cluster.outputs.credentials.password);
});

it("a second `pulumi up` finds nothing to do", async () => {
  const { output, seconds } = await succeeded(pulumi(["up", "--yes", "--skip-preview", "-s", "local"]));
  console.log(`second pulumi up: ${seconds.toFixed(1)} s`);
  expect(output).toMatch(/Resources:\s+\d+ unchanged\s/);
});

it("`npm run status -- --json` tells programs the same, without the password", async () => {
  const { stdout } = await succeeded(npm("status", ["--json"]));
  const { endpoints, machines, zookeeper, dnsServers, credentials } = cluster.outputs;
  expect(JSON.parse(stdout)).toEqual({
    stack: "local",
    health: "answers",
    endpoints,
    machines,
    zookeeper,
    dnsServers,
    username: credentials.username,
  });
});

it("`npm run ssh` runs a command on a machine", async () => {
  const { stdout } = await succeeded(npm("ssh", ["ops100", "hostname"]));
  expect(stdout.trim()).toBe("ops100");
});

describe("the front door", () => {
  it.each([
    ["mesos", "/version"],
    ["marathon", "/v2/info"],
    ["chronos", "/v1/scheduler/jobs"],
  ])("opens %s with TLS and the password only", async (name, path) => {
    const closed = await cluster.door.ask(name, path);
    expect(closed.status).toBe(401);
    expect(closed.headers["www-authenticate"]).toContain("Basic");
    expect((await cluster.door.ask(name, path, { password: true })).status).toBe(200);
  });

  it("sends plain HTTP to HTTPS", async () => {
    const { status, headers } = await cluster.door.askPlain("marathon", "/v2/apps?id=a", 8080);
    expect(status).toBe(308);
    expect(headers.location).toBe("https://marathon.drover.localhost:8443/v2/apps?id=a");
  });

  it("knows no other host", async () => {
    expect((await cluster.door.ask("nobody", "/")).status).toBe(404);
  });
});

it("Mesos has the slaves with what the environment gives them", async () => {
  const { slaves } = await cluster.door.mesos<{
    slaves: { hostname: string; active: boolean; resources: { cpus: number; mem: number }; attributes: object }[];
  }>("/slaves");
  const found = slaves.map(({ hostname, active, resources, attributes }) => ({
    hostname,
    active,
    cpus: resources.cpus,
    mem: resources.mem,
    attributes,
  }));
  expect(found.sort((a, b) => a.hostname.localeCompare(b.hostname))).toEqual(
    ["000", "001"].map((number, i) => ({
      hostname: `10.77.0.${20 + i}`,
      active: true,
      cpus: 4,
      mem: 2048,
      attributes: { machine: `slave-${number}`, zone: "local" },
    })),
  );
});

it("ZooKeeper has one leader and two followers", async () => {
  const modes = await Promise.all(
    cluster.core().map(async ({ address }) => /^Mode: (\w+)/m.exec(await fourLetterWord(address, "srvr"))?.[1]),
  );
  expect(modes.sort()).toEqual(["follower", "follower", "leader"]);
});

it("every core machine's DNS server knows the cluster's names and Mesos's", async () => {
  const core = cluster.core().map(({ address }) => address);
  for (const server of core) {
    expect(await resolve(server, "ops110.drover.localhost")).toEqual(["10.77.0.11"]);
    expect(await resolve(server, "marathon.drover.localhost")).toEqual(core);
    await until(`leader.mesos at ${server}`, 20, async () => {
      const [leader = "no address"] = await resolve(server, "leader.mesos");
      expected(core.includes(leader), leader);
      return true;
    });
  }
});

it("the five machines together use less than 4 GB of memory", async () => {
  const machines = await workingSetMb("local");
  const total = Object.values(machines).reduce((sum, mb) => sum + mb, 0);
  console.log(`memory: ${total.toFixed(0)} MB together, ${JSON.stringify(machines)}`);
  expect(Object.keys(machines)).toHaveLength(5);
  expect(total).toBeLessThan(4000);
});
