import { describe, expect, it } from "vitest";
import { quorum } from "../../stacks/environment";
import { serviceNames } from "../../stacks/schema";
import { build, type ContainerInputs, containers, isMachine, ofType, shipped } from "./program";

/** "NAME=value" lines as a map. */
function variables({ envs = [] }: ContainerInputs): Record<string, string> {
  return Object.fromEntries(envs.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

describe.each([
  [1, { ops100: { id: 1 } }],
  [3, { ops100: { id: 1 }, ops110: { id: 2 }, ops120: { id: 3 } }],
  [5, { a: { id: 2 }, b: { id: 5 }, c: { id: 7 }, d: { id: 8 }, e: { id: 9 } }],
])("on %i core machines", async (count, core) => {
  const built = await build("local", { ...shipped("local"), "drover:core": core });
  const all = containers(built);
  const on = (service: string, hostname: string) => {
    const container = all.get(`${service}-${hostname}`);
    if (!container) throw new Error(`there is no ${service} on ${hostname}`);
    return container;
  };
  const ids = Object.entries(core);
  const members = ids
    .map(([hostname, { id }]) => ({ hostname, id, address: `10.77.0.${9 + id}` }))
    .sort((a, b) => a.id - b.id);
  const zk = members.map(({ address }) => `${address}:2181`).join(",");

  it("each ZooKeeper member has its own id and the same list of members, by address", () => {
    const servers = members.map(({ id, address }) => `server.${id}=${address}:2888:3888;2181`).join(" ");
    for (const { hostname, id } of members) {
      expect(variables(on("zookeeper", hostname))).toMatchObject({ ZOO_MY_ID: String(id), ZOO_SERVERS: servers });
    }
  });

  it("the masters' quorum is a majority, and masters and Marathon find ZooKeeper by address", () => {
    expect(quorum(count)).toBe(Math.floor(count / 2) + 1);
    for (const { hostname, address } of members) {
      expect(variables(on("mesos-master", hostname))).toMatchObject({
        MESOS_QUORUM: String(quorum(count)),
        MESOS_ZK: `zk://${zk}/mesos`,
        MESOS_IP: address,
        MESOS_HOSTNAME: address,
      });
      expect(variables(on("marathon", hostname))).toMatchObject({
        MARATHON_MASTER: `zk://${zk}/mesos`,
        MARATHON_ZK: `zk://${zk}/marathon`,
        MARATHON_HOSTNAME: address,
      });
    }
  });

  it("slaves find the masters by ZooKeeper, bind to their own address, and run neither ZooKeeper nor a master", () => {
    for (const [name, container] of all) {
      if (!isMachine(container) || !name.startsWith("slave-")) continue;
      const userData = container.uploads?.find(({ file }) => file.endsWith("/user-data"))?.content ?? "";
      expect(userData).toContain(`MESOS_MASTER=zk://${zk}/mesos`);
      expect(userData).toContain(`MESOS_IP=${container.networksAdvanced?.[0]?.ipv4Address}`);
      expect(userData).not.toMatch(/drover\/(zookeeper|mesos-master|marathon):/);
    }
  });

  it("every service but those of slaves runs on every core machine, with a gate behind it", () => {
    const gates = ofType(built, "drover:index:Gate");
    for (const service of serviceNames.filter((name) => name !== "mesos-agent" && name !== "volumes")) {
      for (const { hostname } of members) {
        expect(on(service, hostname).name).toBe(service);
        const gate = gates.get(`${service}-${hostname}`);
        expect(gate?.inputs).toMatchObject({ container: service, containerId: `${service}-${hostname}-id` });
      }
    }
  });

  it("all members of a service share image, command and limits", () => {
    for (const [name, container] of all) {
      const [first] = members;
      if (container.networkMode !== "host" || !first) continue;
      const shared = ({ image, memory, cpus, restart }: ContainerInputs) => ({ image, memory, cpus, restart });
      expect(shared(container), name).toEqual(shared(on(container.name, first.hostname)));
    }
  });
});

it("the engines differ in image references, and in nothing else", async () => {
  const engine = async (name: string) =>
    containers(await build("local", { ...shipped("local"), "drover:engine": name }));
  const [emulator, upstream] = [await engine("emulator"), await engine("upstream")];
  expect([...upstream.keys()].sort()).toEqual([...emulator.keys()].sort());
  for (const [name, container] of emulator)
    expect(withoutImages(upstream.get(name)), name).toEqual(withoutImages(container));
  expect(emulator.get("mesos-master-ops100")?.image).toBe("drover/mesos-master:0123456789ab");
  expect(upstream.get("mesos-master-ops100")?.image).toBe("mesosphere/mesos-master:1.7.1");
});

/** A container with every image reference, in whatever text of it, replaced by one word. */
function withoutImages(container: ContainerInputs | undefined): string {
  const reference = /(drover\/[a-z-]+:0123456789ab|mesosphere\/[a-z-]+:[a-z0-9.]+|(zookeeper|haproxy):\d[a-z0-9.-]+)/g;
  return JSON.stringify(container).replace(reference, "IMAGE");
}

it("an environment's own limits and images win", async () => {
  const config = {
    ...shipped("local"),
    "drover:limits": { marathon: { memoryMb: 600, cpus: 0.25 } },
    "drover:images": { marathon: "example.org/marathon:2" },
    "drover:restart": "unless-stopped",
  };
  expect(containers(await build("local", config)).get("marathon-ops110")).toMatchObject({
    image: "example.org/marathon:2",
    memory: 600,
    cpus: "0.25",
    restart: "unless-stopped",
  });
});

it("a wrong configuration stops the program before it registers anything", async () => {
  await expect(build("local", { ...shipped("local"), "drover:slaves": -1 })).rejects.toThrow(
    "drover:slaves: -1 is not allowed; it must be: 0 or more",
  );
});
