import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { build, containers, isMachine, shipped } from "./program";

/** "service setting" of every row of the table of settings. */
const documented = new Set(
  readFileSync("docs/services.md", "utf8")
    .split("\n## ")
    .filter((section) => section.startsWith("Settings"))
    .flatMap((section) => section.split("\n"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, service = "", setting = ""]) => /^[a-z-]+$/.test(service) && /^([A-Z0-9_]+|\/.*)$/.test(setting))
    .map(([, service, setting]) => `${service} ${setting}`),
);

/** Files that a service is given and other parts of docs/ describe: secrets, and what BIND pulls. */
const elsewhere = /^(\/config\/named\/|.*\.pem$)/;

/** Variables of one env file of a slave's user data. */
function envFile(userData: string, path: string): string[] {
  const { write_files } = parse(userData) as { write_files: { path: string; content: string }[] };
  const content = write_files.find((file) => file.path === path)?.content ?? "";
  return content
    .split("\n")
    .filter(Boolean)
    .map((line) => line.slice(0, line.indexOf("=")));
}

describe.each(["emulator", "upstream"])("what services are given under %s", async (engine) => {
  const all = containers(await build("local", { ...shipped("local"), "drover:engine": engine }));
  const given = new Set<string>();
  for (const container of all.values()) {
    if (container.networkMode === "host") {
      for (const line of container.envs ?? []) given.add(`${container.name} ${line.slice(0, line.indexOf("="))}`);
      for (const { file } of container.uploads ?? []) {
        if (!elsewhere.test(file) && container.name !== "edge") given.add(`${container.name} ${file}`);
      }
    } else if (isMachine(container)) {
      const userData = container.uploads?.find(({ file }) => file.endsWith("/user-data"))?.content ?? "";
      for (const service of ["mesos-agent", "edge", "volumes"]) {
        for (const name of envFile(userData, `/etc/drover/${service}.env`)) given.add(`${service} ${name}`);
      }
    }
  }

  it("is in docs/services.md, each with its reason", () => {
    expect([...given].filter((row) => !documented.has(row))).toEqual([]);
  });

  it("is all that docs/services.md names", () => {
    expect([...documented].filter((row) => !given.has(row))).toEqual([]);
  });
});

describe("settings that published images need", async () => {
  const all = containers(await build("local", { ...shipped("local"), "drover:engine": "upstream" }));
  it.each([
    ["zookeeper-ops100", "ZOO_AUTOPURGE_PURGEINTERVAL=1"],
    ["zookeeper-ops100", "ZOO_ADMINSERVER_ENABLED=false"],
    ["mesos-master-ops110", "MESOS_REGISTRY=replicated_log"],
    ["mesos-master-ops110", "MESOS_IP=10.77.0.11"],
    ["mesos-master-ops110", "MESOS_HOSTNAME=10.77.0.11"],
    ["marathon-ops120", "LIBPROCESS_IP=10.77.0.12"],
  ])("%s has %s", (name, line) => {
    expect(all.get(name)?.envs).toContain(line);
  });

  it("the agent has no systemd, and its own address", () => {
    const userData = all.get("slave-001")?.uploads?.find(({ file }) => file.endsWith("/user-data"))?.content ?? "";
    expect(userData).toContain("MESOS_SYSTEMD_ENABLE_SUPPORT=false");
    expect(userData).toContain("MESOS_IP=10.77.0.21");
    expect(userData).toContain("MESOS_HOSTNAME=10.77.0.21");
  });
});
