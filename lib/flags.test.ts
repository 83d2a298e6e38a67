import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { booleanFlag, choiceFlag, durationFlag, integerFlag, parseFlags, requiredFlag, textFlag } from "./flags";

const table = {
  zk: requiredFlag((text) => text),
  port: integerFlag(5050, 1, 65535),
  zk_session_timeout: durationFlag("10secs"),
  hostname: textFlag(),
  hostname_lookup: booleanFlag(true),
  registry: choiceFlag(["replicated_log", "in_memory"], "replicated_log"),
};
const parse = (environment: Record<string, string>) => parseFlags(table, environment, { prefix: "MESOS_" });

test("values have their types, defaults fill the rest, other variables do not matter", () => {
  const { values, texts } = parse({ MESOS_ZK: "zk://a/b", MESOS_PORT: "5051", PATH: "/bin" });
  expect(values).toEqual({
    zk: "zk://a/b",
    port: 5051,
    zk_session_timeout: 10_000,
    hostname_lookup: true,
    registry: "replicated_log",
  });
  expect(texts.zk_session_timeout).toBe("10secs");
});

test("booleans are switched off in both forms", () => {
  expect(parse({ MESOS_ZK: "x", MESOS_HOSTNAME_LOOKUP: "false" }).values.hostname_lookup).toBe(false);
  expect(parse({ MESOS_ZK: "x", MESOS_NO_HOSTNAME_LOOKUP: "" }).values.hostname_lookup).toBe(false);
});

test("all faults are told at once, an unknown variable with the nearest known one", () => {
  expect(() =>
    parse({ MESOS_PORTS: "1", MESOS_PORT: "0", MESOS_REGISTRY: "disk", MESOS_ZK_SESSION_TIMEOUT: "5" }),
  ).toThrow(
    [
      "MESOS_PORTS is no flag of this program; the nearest one is MESOS_PORT",
      "MESOS_ZK is missing: it has no default",
      "MESOS_PORT: '0' is not a whole number from 1 to 65535",
      "MESOS_ZK_SESSION_TIMEOUT: '5' is not a duration: write a number and one of ns, us, ms, secs, mins, hrs, days, weeks, for example 15secs",
      "MESOS_REGISTRY: 'disk' is not one of replicated_log, in_memory",
    ].join("\n"),
  );
});

test("a value can be in a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "flags-"));
  writeFileSync(join(folder, "zk"), "zk://a:1/b\n");
  expect(parse({ MESOS_ZK: `file://${folder}/zk` }).values.zk).toBe("zk://a:1/b");
  rmSync(folder, { recursive: true });
});
