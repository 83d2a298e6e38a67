import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { keyFile, knownHosts } from "../../components/ssh-files";
import { exec } from "../../tools/system/exec";
import { backendDir, binDir, pulumiHome, root } from "../../tools/system/paths";
import { configFile, stackExists } from "../../tools/system/stack";
import { npm, pulumi, Started, succeeded } from "./support/cli";
import { everythingOf, runningOf, type Seen } from "./support/engine";
import { Load } from "./support/load";
import { LocalCluster } from "./support/local";
import { expected, until } from "./support/until";

// While `local` runs and is used, `ci` is brought up beside it, killed in the middle three times, and taken down.

let cluster: LocalCluster;
let local: Record<string, Seen>;
let load: Load;
let config: string;

beforeAll(async () => {
  cluster = await LocalCluster.withDemo();
  await succeeded(npm("down", ["ci"]));
  config = readFileSync(configFile("ci"), "utf8");
  local = await runningOf("local");
  load = new Load(cluster.door, "demo-nginx", 600);
});
afterAll(() => npm("down", ["ci"]));

/** Processes that Pulumi starts for this clone: language hosts, plugins, programs. */
async function pulumiProcesses(): Promise<string[]> {
  const lines = (await exec("ps", ["-eww", "-o", "pid,args"], { limitMs: 10_000 })).split("\n");
  const started = [`${binDir}/`, `${pulumiHome}/`, `-root=${root} `, `--pwd ${root} `];
  return lines.filter((line) => started.some((words) => line.includes(words)));
}

it.each([
  ["the first machine is being made", /docker:index:Container ops100 creating/],
  ["the first core service is being made", /docker:index:Container zookeeper-ops100 creating/],
  ["it waits for the cluster", /drover:index:ClusterReady ready (creating|updating)/],
])("`npm run up -- ci` is killed while %s, and no plugin is left", async (_when, moment) => {
  const up = new Started("npm", ["run", "--silent", "up", "--", "ci"]);
  await up.prints(moment);
  up.kill();
  await up.ended;
  await until("the end of what the killed update had started", 20, async () => {
    // The language host asks after its CLI every 5 minutes; the next command ends it before.
    const left = (await pulumiProcesses()).filter((line) => !line.includes("pulumi-language-nodejs"));
    expected(left.length === 0, left.join("\n"));
    return true;
  });
});

it("the next `npm run up -- ci` says what it found, and finishes the work without duplicates", async () => {
  const { output, seconds } = await succeeded(npm("up", ["ci"]));
  console.log(`npm run up -- ci after three kills: ${seconds.toFixed(1)} s`);
  expect(output).toMatch(/ci: removed the lock of an update that was killed \(process \d+, /);
  expect(output).toContain("Cluster ci: front door answers");
  expect(Object.keys(await runningOf("ci"))).toEqual(["front-door", "ops100", "slave-000"]);
  const second = await succeeded(pulumi(["up", "--yes", "--skip-preview", "-s", "ci"]));
  expect(await pulumiProcesses()).toEqual([]);
  expect(second.output).toMatch(/Resources:\s+\d+ unchanged\s/);
});

it("`npm run down -- ci` leaves nothing but the cache and the clone's own state", async () => {
  const { seconds } = await succeeded(npm("down", ["ci"]));
  console.log(`npm run down -- ci: ${seconds.toFixed(1)} s`);
  expect(await everythingOf("ci")).toEqual([]);
  expect(await stackExists("ci")).toBe(false);
  for (const file of [keyFile("ci"), knownHosts("ci")]) expect(existsSync(join(root, file)), file).toBe(false);
  const locks = join(backendDir, ".pulumi", "locks", "organization", "drover", "ci");
  expect(existsSync(locks) ? readdirSync(locks) : []).toEqual([]);
  // Pulumi keeps a removed stack's last state as a backup, and its history.
  const states = readdirSync(join(backendDir, ".pulumi", "stacks", "drover"));
  expect(states.filter((name) => name.startsWith("ci.") && !/^ci\.json\.bak(\.attrs)?$/.test(name))).toEqual([]);
  expect(readFileSync(configFile("ci"), "utf8")).toBe(config);
});

it("`local` has not noticed: the same machines, and its app answered throughout", async () => {
  await load.stop();
  console.log(`demo-nginx: ${load.asked} requests, ${load.failures.length} failed, slowest ${load.slowestMs} ms`);
  expect(await runningOf("local")).toEqual(local);
  expect(load.failures).toEqual([]);
  expect(load.asked).toBeGreaterThan(50);
});
