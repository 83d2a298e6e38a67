import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { environmentIn } from "../tools/system/preflight";
import {
  coreAddress,
  formatAddress,
  maxCoreId,
  parseSubnet,
  slaveAddress,
  slaveCapacity,
  slaveName,
} from "./addresses";
import { environmentOf, quorum } from "./environment";

const problem = (config: Record<string, string>) => {
  try {
    environmentOf("test", config);
  } catch (error) {
    return (error as Error).message;
  }
  return "accepted";
};

describe("a configuration that cannot be used", () => {
  it.each([
    [
      "an unknown key",
      { "drover:slavs": "2" },
      "drover:slavs: unknown key, did you mean slaves? Known here: cloud, slaves,",
    ],
    [
      "an unknown key inside",
      { "drover:frontDoor": '{"htpPort":1}' },
      "drover:frontDoor.htpPort: unknown key, did you mean httpPort?",
    ],
    [
      "an unknown service",
      { "drover:limits": '{"zokeeper":{}}' },
      "drover:limits.zokeeper: unknown key, did you mean zookeeper?",
    ],
    ["too few slaves", { "drover:slaves": "-1" }, "drover:slaves: -1 is not allowed; it must be: 0 or more"],
    ["half a slave", { "drover:slaves": "1.5" }, "drover:slaves: 1.5 is not allowed; it must be: a whole number"],
    ["a word for a number", { "drover:slaves": "two" }, 'drover:slaves: "two" is not allowed; it must be: a number'],
    ["two core machines", { "drover:core": '{"a":{"id":1},"b":{"id":2}}' }, "it must be: 1, 3 or 5 machines"],
    [
      "one id twice",
      { "drover:core": '{"a":{"id":1},"b":{"id":1},"c":{"id":2}}' },
      "it must be: machines with different ids",
    ],
    [
      "a core machine named like a slave",
      { "drover:core": '{"slave-000":{"id":1}}' },
      "it must be: names other than slave-",
    ],
    [
      "a network too small",
      { "drover:network": '{"subnet":"10.1.0.0/27"}', "drover:slaves": "12" },
      "10.1.0.0/27 is too small: it has addresses for 11 slaves beside the core machines, drover:slaves asks for 12",
    ],
    [
      "a network too small for the core",
      { "drover:network": '{"subnet":"10.1.0.0/28"}', "drover:slaves": "0" },
      "10.1.0.0/28 is too small",
    ],
    [
      "a network with host bits",
      { "drover:network": '{"subnet":"10.1.0.1/24"}' },
      'drover:network.subnet: "10.1.0.1/24" is not allowed; it must be: an IPv4 network',
    ],
    [
      "a blank in the domain",
      { "drover:domain": "my cluster.test" },
      'drover:domain: "my cluster.test" is not allowed; it must be: a DNS domain',
    ],
    [
      "a cloud there is not",
      { "drover:cloud": "mars" },
      'drover:cloud: "mars" is not allowed; it must be: one of docker',
    ],
    [
      "a longer session than ZooKeeper grants",
      { "drover:volumes": '{"graceSeconds":41}' },
      "drover:volumes.graceSeconds: 41 is not allowed; it must be: at most 40, the longest session that ZooKeeper grants",
    ],
    ["one port for two", { "drover:frontDoor": '{"httpPort":80,"httpsPort":80}' }, "it must be: two different ports"],
  ])("%s", (_what, config, message) => {
    expect(problem(config)).toContain(message);
  });

  it("is told all its problems at once", () => {
    const message = problem({ "drover:slaves": "-1", "drover:domain": "x" });
    expect(message).toContain("drover:slaves");
    expect(message).toContain("drover:domain");
    expect(message).toMatch(/^stacks\/Pulumi\.test\.yaml cannot be used:/);
  });
});

describe("the shipped environments", () => {
  it.each([
    ["local", 3, 2],
    ["ci", 1, 1],
  ])("%s", (name, core, slaves) => {
    const environment = environmentIn(name, readFileSync(`stacks/Pulumi.${name}.yaml`, "utf8"));
    expect(environment.core).toHaveLength(core);
    expect(environment.slaves).toHaveLength(slaves);
  });
});

describe("names and addresses", () => {
  const subnets = fc
    .record({ prefix: fc.integer({ min: 16, max: 27 }), seed: fc.nat(0xffff) })
    .map(({ prefix, seed }) =>
      parseSubnet(
        `${formatAddress(10 * 2 ** 24 + Math.floor((seed * 256) / 2 ** (32 - prefix)) * 2 ** (32 - prefix))}/${prefix}`,
      ),
    );

  it("adding a slave changes no other machine", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), (slaves) => {
        const before = environmentOf("test", { "drover:slaves": String(slaves) });
        const after = environmentOf("test", { "drover:slaves": String(slaves + 1) });
        expect(after.slaves.slice(0, slaves)).toEqual(before.slaves);
        expect(after.core).toEqual(before.core);
      }),
    );
  });

  it("are all different and inside the network", () => {
    fc.assert(
      fc.property(subnets, (subnet) => {
        if (!subnet) throw new Error("the generator made no subnet");
        const slaves = Math.min(slaveCapacity(subnet), 300);
        const addresses = [
          ...Array.from({ length: maxCoreId }, (_, i) => coreAddress(subnet, i + 1)),
          ...Array.from({ length: slaves }, (_, i) => slaveAddress(subnet, i)),
        ];
        expect(new Set(addresses).size).toBe(addresses.length);
        const last = slaveAddress(subnet, slaveCapacity(subnet) - 1);
        expect(last).toBe(formatAddress(subnet.base + 2 ** (32 - subnet.prefix) - 2));
      }),
    );
  });

  it("count slaves with three digits and more", () => {
    expect([slaveName(0), slaveName(42), slaveName(1000)]).toEqual(["slave-000", "slave-042", "slave-1000"]);
  });

  it("have a quorum that two halves cannot both be", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), (machines) => {
        expect(2 * quorum(machines)).toBeGreaterThan(machines);
        expect(2 * (quorum(machines) - 1)).toBeLessThanOrEqual(machines);
      }),
    );
  });
});
