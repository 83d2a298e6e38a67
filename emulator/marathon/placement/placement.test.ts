import { takePorts, takeScalar } from "@drover/lib/mesos/take-resources";
import type { Offer, Resource } from "@drover/lib/mesos/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AgentFacts } from "../model/instance";
import { appOf } from "../test/sample-app";
import { fulfils } from "./constraints";
import { matchOffer } from "./offer-match";

const agent = (host: string, rack?: string): AgentFacts => ({
  host,
  attributes: [
    ...(rack ? [{ name: "rack", type: "TEXT" as const, text: { value: rack } }] : []),
    { name: "cores", type: "SCALAR", scalar: { value: 8 } },
  ],
  region: "eu",
});

describe("constraints", () => {
  const [a, b, c] = [agent("a", "r1"), agent("b", "r1"), agent("c", "r2")];
  test.each<[Parameters<typeof fulfils>[0], AgentFacts, AgentFacts[], boolean]>([
    [["hostname", "UNIQUE"], a, [b], true],
    [["hostname", "UNIQUE"], a, [a], false],
    [["rack", "CLUSTER"], b, [a], true],
    [["rack", "CLUSTER"], c, [a], false],
    [["rack", "CLUSTER", "r2"], c, [a], true],
    [["rack", "MAX_PER", "2"], b, [a], true],
    [["rack", "MAX_PER", "2"], b, [a, b], false],
    [["rack", "GROUP_BY"], a, [a], true],
    [["rack", "GROUP_BY", "2"], a, [a], false],
    [["rack", "GROUP_BY", "2"], c, [a], true],
    [["rack", "GROUP_BY", "2"], b, [a, c], true],
    [["rack", "GROUP_BY"], b, [a, a, c], false],
    [["@hostname", "LIKE", "a|b"], b, [], true],
    [["hostname", "LIKE", "a"], agent("ab"), [], false],
    [["rack", "UNLIKE", "r1"], a, [], false],
    [["rack", "IS", "r1"], a, [], true],
    [["cores", "IS", "8"], a, [], true],
    [["@region", "IS", "eu"], a, [], true],
    [["rack", "LIKE", ".*"], agent("d"), [], false],
    [["rack", "UNLIKE", ".*"], agent("d"), [], true],
  ])("%j", (constraint, here, placed, fits) => expect(fulfils(constraint, here, placed)).toBe(fits));
});

const scalar = (name: string, value: number, role = "*"): Resource => ({
  name,
  type: "SCALAR",
  scalar: { value },
  role,
});
const ports = (begin: number, end: number): Resource => ({
  name: "ports",
  type: "RANGES",
  ranges: { range: [{ begin, end }] },
  role: "*",
});
const countPorts = (resources: Resource[]) =>
  resources.flatMap((each) => each.ranges?.range ?? []).reduce((sum, { begin, end }) => sum + end - begin + 1, 0);

describe("resources", () => {
  test("what is taken and what is left make up what there was", () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: 8000 }), (thousandths, wanted) => {
        const all = thousandths.map((each, index) => scalar("cpus", each / 1000, index % 2 ? "*" : "web"));
        const sum = (list: Resource[]) =>
          list.reduce((total, each) => total + Math.round((each.scalar?.value ?? 0) * 1000), 0);
        const result = takeScalar(all, "cpus", wanted / 1000);
        if (wanted > sum(all)) expect(result).toBeUndefined();
        else expect([sum(result?.taken ?? []), sum(result?.left ?? [])]).toEqual([wanted, sum(all) - wanted]);
      }),
    );
  });

  test("ports are distinct, the fixed ones exactly those asked for, and leave the offer", () => {
    const wanted = fc.array(fc.constantFrom(0, 0, 31001, 31003), { maxLength: 6 });
    fc.assert(
      fc.property(wanted, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (list, random) => {
        const fixed = list.filter((port) => port !== 0);
        const result = takePorts([ports(31000, 31004)], list, () => random);
        if (list.length > 5 || new Set(fixed).size < fixed.length) {
          expect(result).toBeUndefined();
          return;
        }
        const given = result?.ports ?? [];
        expect(given.map((port, index) => (list[index] === 0 ? 0 : port))).toEqual(list);
        expect(new Set(given).size).toBe(list.length);
        expect([countPorts(result?.taken ?? []), countPorts(result?.left ?? [])]).toEqual([
          list.length,
          5 - list.length,
        ]);
      }),
    );
  });
});

describe("offers", () => {
  const offer = (resources: Resource[]): Offer => ({
    id: { value: "o" },
    framework_id: { value: "f" },
    agent_id: { value: "s" },
    hostname: "h",
    resources,
    allocation_info: { role: "*" },
  });
  const rules = { acceptedRolesDefault: "any" as const, random: () => 0 };
  const whole = [scalar("cpus", 2), scalar("mem", 256), scalar("disk", 100), ports(31000, 31001)];
  const match = (body: object, resources = whole) => matchOffer(appOf(body), offer(resources), resources, [], rules);

  test("give what the app needs and keep the rest", () => {
    expect(match({ portDefinitions: [{ port: 0 }] })).toMatchObject({
      hostPorts: [31000],
      resources: [
        { name: "cpus", scalar: { value: 1 } },
        { name: "mem", scalar: { value: 128 } },
        { name: "ports", ranges: { range: [{ begin: 31000, end: 31000 }] } },
      ],
    });
  });

  test.each([
    [{ cpus: 3 }, "InsufficientCpus"],
    [{ mem: 300 }, "InsufficientMemory"],
    [{ disk: 101 }, "InsufficientDisk"],
    [{ requirePorts: true, portDefinitions: [{ port: 80 }] }, "InsufficientPorts"],
    [{ constraints: [["rack", "IS", "r"]] }, "UnfulfilledConstraint"],
  ])("%j: %s", (body, reason) => expect(match(body)).toBe(reason));

  test("resources that are reserved for others, revocable or special are not touched", () => {
    const reserved = whole.map((each) => ({ ...each, role: "db" }));
    expect(match({}, reserved)).toBe("UnfulfilledRole");
    expect(
      match(
        {},
        whole.map((each) => ({ ...each, revocable: {} })),
      ),
    ).toBe("UnfulfilledRole");
    expect(
      match(
        { disk: 1 },
        whole.map((each) => (each.name === "disk" ? { ...each, disk: {} } : each)),
      ),
    ).toBe("InsufficientDisk");
  });

  test("a container port without host port takes none", () => {
    const app = {
      container: {
        type: "DOCKER",
        docker: { image: "i" },
        portMappings: [{ containerPort: 80 }, { containerPort: 81, hostPort: 0 }],
      },
      networks: [{ mode: "container", name: "n" }],
    };
    expect(match(app)).toMatchObject({ hostPorts: [null, 31000] });
  });
});
