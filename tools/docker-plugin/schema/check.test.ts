import { describe, expect, it } from "vitest";
import { UNKNOWN, type Values } from "../server/values";
import { autoName } from "./auto-name";
import { applyDefaults, check } from "./check";
import { containerInputs } from "./container";
import { diff } from "./diff";
import { parseDuration } from "./duration";
import { volumeInputs } from "./volume";

const failures = (inputs: Values) =>
  check({ image: "i", ...inputs }, containerInputs).map(({ property, reason }) => `${property}: ${reason}`);

describe("a check", () => {
  it.each<[Values, string]>([
    [{ volume: [] }, 'volume: there is no such input; did you mean "volumes"?'],
    [{ networkAdvanced: [] }, 'networkAdvanced: there is no such input; did you mean "networksAdvanced"?'],
    [{ kubernetesNamespace: "x" }, "kubernetesNamespace: there is no such input"],
    [
      { ports: [{ internal: 80 }, { internl: 80 }] },
      'ports[1].internl: there is no such input; did you mean "internal"?',
    ],
    [{ ports: [{ external: 80 }] }, "ports[0].internal: is required and was not given"],
    [{ memory: "64" }, "memory: must be a whole number, not another string"],
    [{ memory: 1.5 }, "memory: must be a whole number, not a fraction"],
    [{ envs: "A=1" }, "envs: must be a list, not another string"],
    [{ envs: ["A=1", "B"] }, "envs: element 1: must be of the form KEY=value"],
    [{ logOpts: { a: 1 } }, "logOpts.a: must be a string, not another number"],
    [{ restart: "maybe" }, "restart: must be one of no, on-failure, always, unless-stopped, not another string"],
    [
      { capabilities: { adds: ["NET_ADMIN"] } },
      "capabilities.adds: element 0: must be a capability such as CAP_NET_ADMIN, or ALL",
    ],
    [{ ports: [{ internal: 65536 }] }, "ports[0].internal: must be from 1 to 65535"],
    [
      { name: "-x" },
      "name: must be letters, digits, underscores, dots and hyphens, and must begin with a letter or digit",
    ],
  ])("of %j says what is wrong", (inputs, expected) => {
    expect(failures(inputs)).toContain(expected);
  });

  it("lets values pass that are not known yet", () => {
    expect(
      failures({ memory: UNKNOWN, envs: [UNKNOWN], ports: [{ internal: UNKNOWN }], healthcheck: UNKNOWN }),
    ).toEqual([]);
  });

  it("never repeats a value, which may be a secret", () => {
    expect(failures({ envs: [{ hush: "hush" }], hostname: ["hush"] }).join()).not.toMatch(/hush/);
  });

  it("names inputs of the official plugin that the stand-in does not have", () => {
    const [failure] = check({ cluster: { scope: "single" } }, volumeInputs);
    expect(failure).toMatchObject({
      property: "cluster",
      reason: expect.stringContaining("not supported by Drover's stand-in"),
    });
  });
});

describe("defaults", () => {
  it("are filled in at every depth, and those at the top are remembered", () => {
    const { values, defaulted } = applyDefaults(
      { image: "i", restart: "always", ports: [{ internal: 80 }] },
      containerInputs,
    );
    expect(values).toMatchObject({
      mustRun: true,
      restart: "always",
      ports: [{ internal: 80, ip: "0.0.0.0", protocol: "tcp" }],
    });
    expect(defaulted).toContain("mustRun");
    expect(defaulted).not.toContain("restart");
  });
});

describe("a difference", () => {
  const names = (olds: Values, news: Values) =>
    diff(olds, news, containerInputs).map(({ name, kind, replace }) => [name, kind, replace]);

  it("is none between an empty list and no list, nor by the order of a set", () => {
    expect(names({ envs: [] }, {})).toEqual([]);
    expect(
      names(
        {
          hosts: [
            { host: "a", ip: "1" },
            { host: "b", ip: "2" },
          ],
        },
        {
          hosts: [
            { ip: "2", host: "b" },
            { ip: "1", host: "a" },
          ],
        },
      ),
    ).toEqual([]);
  });

  it("is one by the order of a command", () => {
    expect(names({ command: ["a", "b"] }, { command: ["b", "a"] })).toEqual([["command", "update", true]]);
  });

  it("tells what is added and taken away, and what is changed in place", () => {
    expect(names({ memory: 1, user: "a" }, { memory: 2, tty: true })).toEqual([
      ["memory", "update", false],
      ["tty", "add", true],
      ["user", "delete", true],
    ]);
  });
});

describe("names that are made up", () => {
  it("are the same for the same seed, and follow the stack's configuration", () => {
    const seed = new Uint8Array([1, 2, 3]);
    expect(autoName("web", seed, undefined)).toBe(autoName("web", seed, undefined));
    expect(autoName("web", new Uint8Array(), undefined)).toMatch(/^web-[0-9a-f]{7}$/);
    expect(autoName("web", seed, { mode: "enforce", proposed: "exactly" })).toBe("exactly");
    expect(autoName("web", seed, { mode: "disable", proposed: "" })).toBeUndefined();
  });
});

it.each([
  ["0s", 0],
  ["500ms", 500e6],
  ["1m30s", 90e9],
  ["1.5h", 5400e9],
  ["10", undefined],
  ["1s foo", undefined],
])("the duration %s is %s ns", (text, nanoseconds) => {
  expect(parseDuration(text)).toBe(nanoseconds);
});
