import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestMaster } from "@drover/emulator/mesos-master/test/masters";
import { TestFramework, task } from "@drover/emulator/mesos-master/test/test-framework";
import { createMasterDetector, type MasterDetector } from "@drover/lib/mesos/master-detector";
import type { Offer, Operation, Resource } from "@drover/lib/mesos/types";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseResources } from "./resources/parse";
import { AgentProcess, bundleAgent } from "./test/agent-process";

const allocation_info = { role: "vol" };
const small = parseResources("cpus:0.1;mem:32").map((each) => ({ ...each, allocation_info }));

let scratch: string;
/** Stands for the mount point of a disk of its own. */
let root: string;
let master: TestMaster;
let detector: MasterDetector;
let agent: AgentProcess;
let framework: TestFramework;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "mesos-agent-mount-"));
  root = join(scratch, "disk1");
  mkdirSync(root);
  master = await TestMaster.start({
    MESOS_REGISTRY: "in_memory",
    MESOS_QUORUM: "1",
    MESOS_ALLOCATION_INTERVAL: "200ms",
  });
  const mount = { name: "disk", type: "SCALAR", scalar: { value: 100 }, disk: { source: sourceOf(root) } };
  agent = await AgentProcess.create(await bundleAgent(scratch), {
    MESOS_MASTER: `127.0.0.1:${master.port}`,
    MESOS_CONTAINERIZERS: "mesos",
    MESOS_RESOURCES: JSON.stringify([...parseResources("cpus:2;mem:512;disk:1000;ports:[31000-31001]"), mount]),
  });
  agent.start();
  detector = createMasterDetector(`127.0.0.1:${master.port}`);
  const capabilities = ["MULTI_ROLE", "RESERVATION_REFINEMENT", "PARTITION_AWARE"].map((type) => ({ type }));
  framework = new TestFramework(detector, { name: "volumes", roles: ["vol"], principal: "vp", capabilities });
}, 60_000);

afterAll(async () => {
  await framework.driver.teardown().catch(() => {});
  framework.driver.stop();
  await detector.close();
  await agent.remove();
  await master.end("SIGKILL");
  rmSync(scratch, { recursive: true });
}, 30_000);

function sourceOf(path: string): { type: "MOUNT"; mount: { root: string } } {
  return { type: "MOUNT", mount: { root: path } };
}

function mounted({ resources }: Offer): Resource | undefined {
  return resources.find(({ disk }) => disk?.source?.type === "MOUNT");
}

/** The disk reserved, and as a volume: that many of its megabytes. */
function volumeOf(megabytes: number): { reserved: Resource; volume: Resource } {
  const reserved: Resource = {
    name: "disk",
    type: "SCALAR",
    scalar: { value: megabytes },
    allocation_info,
    reservations: [{ type: "DYNAMIC", role: "vol", principal: "vp" }],
    disk: { source: sourceOf(root) },
  };
  const persistence = { id: "v1", principal: "vp" };
  const volume = { container_path: "data", mode: "RW" as const };
  return { reserved, volume: { ...reserved, disk: { ...reserved.disk, persistence, volume } } };
}

function make(megabytes: number): Operation[] {
  const { reserved, volume } = volumeOf(megabytes);
  return [
    { type: "RESERVE", reserve: { resources: [reserved] } },
    { type: "CREATE", create: { volumes: [volume] } },
  ] as Operation[];
}

function writerOf(id: string, offer: Offer, volume: Resource): Operation {
  const info = { ...task(id, offer, [...small, volume]), command: { value: "echo kept > data/file" } };
  return { type: "LAUNCH", launch: { task_infos: [info] } } as Operation;
}

test("a mounted disk becomes one volume as a whole; destroyed, it loses its content and stays", async () => {
  const offer = await framework.offer((each) => mounted(each) !== undefined);
  expect(mounted(offer)).toMatchObject({ scalar: { value: 100 }, disk: { source: sourceOf(root) } });
  await framework.driver.accept([offer.id], [...make(40), writerOf("half", offer, volumeOf(40).volume)]);
  await framework.status("half", "TASK_ERROR");

  const again = await framework.offer((each) => each.id.value !== offer.id.value && mounted(each) !== undefined);
  const { volume } = volumeOf(100);
  await framework.driver.accept([again.id], [...make(100), writerOf("whole", again, volume)]);
  await framework.status("whole", "TASK_FINISHED");
  expect(readFileSync(join(root, "file"), "utf8")).toBe("kept\n");

  writeFileSync(join(root, "other"), "");
  const last = await framework.offer((each) => mounted(each)?.disk?.persistence !== undefined);
  await framework.driver.accept([last.id], [{ type: "DESTROY", destroy: { volumes: [volume] } }] as Operation[]);
  await waitFor("an empty disk", () => readdirSync(root).length === 0);
  expect(existsSync(root)).toBe(true);
}, 60_000);
