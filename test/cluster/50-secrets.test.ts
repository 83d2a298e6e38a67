import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, expect, it } from "vitest";
import { exec } from "../../tools/system/exec";
import { backendDir, pulumiHome } from "../../tools/system/paths";
import { npm, succeeded } from "./support/cli";
import { docker } from "./support/engine";
import { LocalCluster } from "./support/local";
import { onMachine } from "./support/machine";

let cluster: LocalCluster;
/** What must not be found, by what it is. Of keys one line from the middle, which no wrapping of lines hides. */
let secrets: Record<string, string>;

/** Which secrets a text has. */
function leaks(text: string): string[] {
  return Object.keys(secrets).filter((which) => text.includes(secrets[which] ?? ""));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
}

beforeAll(async () => {
  cluster = await LocalCluster.running();
  const { credentials, ssh } = cluster.outputs;
  const certificate = await onMachine(
    "local",
    cluster.outputs,
    "ops100",
    "docker exec haproxy cat /usr/local/etc/haproxy/front-door.pem",
  );
  const keyLine = (pem: string) => pem.slice(pem.indexOf("PRIVATE KEY-----")).split("\n")[2] ?? "";
  const basic = Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");
  secrets = {
    password: credentials.password,
    "password in a Basic header": basic,
    "SSH key": keyLine(ssh.privateKey),
    "certificate's key": keyLine(certificate),
  };
  for (const [which, text] of Object.entries(secrets)) if (text.length < 16) throw new Error(`no ${which} was found`);
});

it("are in no file of the state or of Pulumi's home", () => {
  const files = [...filesBelow(backendDir), ...filesBelow(pulumiHome)];
  expect(files.some((file) => file.endsWith("local.json"))).toBe(true);
  for (const file of files) expect(leaks(readFileSync(file, "latin1")), file).toEqual([]);
});

it("are in no command line while an update runs, nor in what it prints", async () => {
  const update = npm("up");
  let running = true;
  const ended = update.finally(() => {
    running = false;
  });
  let looks = 0;
  while (running) {
    expect(leaks(await exec("ps", ["-eww", "-o", "args"], { limitMs: 10_000 }))).toEqual([]);
    looks++;
    await delay(100);
  }
  expect(looks).toBeGreaterThan(5);
  expect(leaks((await succeeded(ended)).output)).toEqual([]);
});

it("are in no log, environment or command line of a container", async () => {
  for (const { hostname } of cluster.outputs.machines) {
    const name = `drover-local-${hostname}`;
    expect(leaks(await docker("logs", name)), hostname).toEqual([]);
    expect(leaks(await docker("inspect", name)), hostname).toEqual([]);
    const inside = 'for id in $(docker ps -aq); do docker logs "$id" 2>&1; docker inspect "$id"; done; ps -eww -o args';
    expect(leaks(await onMachine("local", cluster.outputs, hostname, inside)), hostname).toEqual([]);
  }
});
