import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { keyFile, knownHosts } from "../../components/ssh-files";
import { exec } from "../../tools/system/exec";
import { backendDir, binDir, pulumiHome, root } from "../../tools/system/paths";
import { configFile, outputs, stackExists } from "../../tools/system/stack";
import { npm, pulumi, Started, succeeded } from "./support/cli";
import { everythingOf, runningOf, type Seen } from "./support/engine";
import { FrontDoor } from "./support/front-door";
import { Load } from "./support/load";
import { demoNginxFile, LocalCluster } from "./support/local";
import { expected, until } from "./support/until";

// While `local` runs and is used, `ci` is brought up beside it, killed in the middle three times, saved, taken down, and
// a new one gets what was saved.

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
afterAll(async () => {
  await npm("down", ["ci"]);
  rmSync(saved, { recursive: true });
});

/** The folder of the backup. */
const saved = mkdtempSync(join(tmpdir(), "drover-saved-"));
const app = { ...(JSON.parse(readFileSync(demoNginxFile, "utf8")) as object), id: "kept", instances: 1 };
const job = { name: "kept", command: "true", schedule: "R/2035-01-01T00:00:00Z/P1D", cpus: 0.1, mem: 32, disk: 1 };

/** What `ci` runs: ids of Marathon's apps and names of Chronos' jobs; the one app's task must be healthy. */
async function runs(door: FrontDoor) {
  const { apps } = await door.marathon<{ apps: { id: string; tasksHealthy: number }[] }>("/v2/apps");
  const { status, body } = await door.ask("chronos", "/v1/scheduler/jobs", { password: true });
  expected(status === 200 && apps.every(({ tasksHealthy }) => tasksHealthy === 1), { apps, status });
  return { apps: apps.map(({ id }) => id), jobs: (JSON.parse(body) as { name: string }[]).map(({ name }) => name) };
}

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

it("`npm run backup` saves its app and its job, and refuses a folder with something in it", async () => {
  const door = new FrontDoor(await outputs("ci"));
  await door.marathon("/v2/apps", { method: "POST", body: app });
  const posted = await door.ask("chronos", "/v1/scheduler/iso8601", { method: "POST", body: job, password: true });
  expect(posted.status, posted.body).toBe(204);
  expect(await until("the app and the job", 90, () => runs(door))).toEqual({ apps: ["/kept"], jobs: ["kept"] });
  await succeeded(npm("backup", [saved, "ci"]));
  const again = await npm("backup", [saved, "ci"]);
  expect(again.code).toBe(1);
  expect(again.output).toContain(`${saved} is not empty`);
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

it("a new `ci` gets the same app and job from the backup, and nothing from half of one", async () => {
  await succeeded(npm("up", ["ci"]));
  const door = new FrontDoor(await outputs("ci"));
  const nothing = { apps: [], jobs: [] };
  expect(await until("Marathon and Chronos", 60, () => runs(door))).toEqual(nothing);

  const half = mkdtempSync(join(tmpdir(), "drover-half-"));
  for (const name of readdirSync(saved).filter((name) => name !== "manifest.json")) {
    copyFileSync(join(saved, name), join(half, name));
  }
  const refused = await npm("restore", [half, "ci"]);
  expect(refused.code).toBe(1);
  expect(refused.output).toContain("is no complete backup: it has no manifest.json, which is written last");
  rmSync(half, { recursive: true });
  expect(await runs(door)).toEqual(nothing);

  await succeeded(npm("restore", [saved, "ci"]));
  expect(await until("the app and the job", 90, () => runs(door))).toEqual({ apps: ["/kept"], jobs: ["kept"] });
});

it("`local` has not noticed: the same machines, and its app answered throughout", async () => {
  await load.stop();
  console.log(`demo-nginx: ${load.asked} requests, ${load.failures.length} failed, slowest ${load.slowestMs} ms`);
  expect(await runningOf("local")).toEqual(local);
  expect(load.failures).toEqual([]);
  expect(load.asked).toBeGreaterThan(50);
});
