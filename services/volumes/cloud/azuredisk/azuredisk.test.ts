import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { VolumeSpec } from "../backend";
import { CloudHttp } from "../http-call";
import { AzureDouble, group } from "./azure-double";
import { AzureDiskBackend } from "./azuredisk-backend";
import { lookAgain } from "./look-again";
import { Management } from "./management";

const virtualMachine = `${group}/providers/Microsoft.Compute/virtualMachines/vm-a`;
const instance = `${group}/providers/Microsoft.Compute/virtualMachineScaleSets/pool/virtualMachines/4`;
const spec: VolumeSpec = { name: "pgdata", sizeGb: 8, fs: "xfs", encrypted: true };

let cloud: AzureDouble;
let backend: AzureDiskBackend;
/** What the kernel says of every disk, one after the other. */
let sizesGb: number[] = [];

function on(id: string, cluster = "test", zone = "2"): AzureDiskBackend {
  cloud.machines.set(id.toLowerCase(), new Map());
  const http = new CloudHttp("slave-000", { answerLimitMs: 300, changeLimitMs: 1_000, firstPauseMs: 5 });
  const management = new Management(http, { url: cloud.http.url, metadata: cloud.http.url, clientId: "me" });
  const machine = { id, location: "westeurope", zone, group };
  const deviceOf = async (lun: number) => `/dev/lun${lun}`;
  const lookAgain = async () => sizesGb.shift() ?? 0;
  return new AzureDiskBackend({ http, management, machine, cluster, deviceOf, lookAgain });
}

beforeEach(async () => {
  cloud = await AzureDouble.open();
  backend = on(virtualMachine);
});
afterEach(() => cloud.http.close());

test.each([
  ["a virtual machine", virtualMachine],
  ["an instance of a scale set", instance],
])("a disk is made, attached, grown, detached and removed on %s", async (_what, id) => {
  backend = on(id);
  const made = await backend.create(spec);
  expect(made).toMatchObject({
    name: "pgdata",
    sizeGb: 8,
    fs: "xfs",
    type: "StandardSSD_ZRS",
    encrypted: true,
    attachedTo: [],
  });
  expect(await backend.attach(made)).toBe("/dev/lun3");
  expect(await backend.attach(made)).toBe("/dev/lun3");
  expect(cloud.http.count(/attachDetachDataDisks$/)).toBe(1);
  const attached = await backend.find("pgdata");
  expect(attached?.attachedTo).toEqual([backend.server]);
  sizesGb = [8, 8, 9];
  await backend.grow(attached ?? made, 9);
  expect(sizesGb).toEqual([]);
  await backend.detach(made, backend.server);
  expect(await backend.list()).toMatchObject([{ sizeGb: 9, attachedTo: [] }]);
  await backend.remove(made);
  expect(await backend.find("pgdata")).toBeUndefined();
});

test.each([
  ["replicated over all zones, unless another type is asked for", "2", undefined, "StandardSSD_ZRS", undefined],
  ["in the machine's zone when its type is of one zone", "2", "Premium_LRS", "Premium_LRS", ["2"]],
  ["in no zone when its type is of all", "2", "Premium_ZRS", "Premium_ZRS", undefined],
  ["of one place in a region without zones", "", undefined, "StandardSSD_LRS", undefined],
])("a disk is %s", async (_what, zone, type, name, zones) => {
  await on(virtualMachine, "test", zone).create({ ...spec, type });
  const body = cloud.http.requests.find(({ method }) => method === "PUT")?.body as Record<string, unknown>;
  expect([body.sku, body.zones]).toEqual([{ name }, zones]);
});

test("a disk that has grown and never shows it is told, with what was seen", async () => {
  const made = await backend.create(spec);
  await backend.attach(made);
  sizesGb = [];
  await expect(backend.grow({ ...made, attachedTo: [backend.server] }, 9)).rejects.toThrow(
    /the disk to show 9 GB: not so after 1000 ms; last seen: 0 GB/,
  );
});

test.each(["rescan", "rescan_controller"])("the kernel is made to look at a disk by %s", async (name) => {
  const root = mkdtempSync(join(tmpdir(), "sys-"));
  const block = join(root, "sys/class/block/sdc");
  try {
    mkdirSync(join(block, "device"), { recursive: true });
    writeFileSync(join(block, "size"), `${(3 * 1024 ** 3) / 512}\n`);
    await expect(lookAgain("/dev/sdc", root)).rejects.toThrow("/dev/sdc cannot be asked for its new size");
    writeFileSync(join(block, "device", name), "");
    expect(await lookAgain("/dev/sdc", root)).toBe(3);
    expect(readFileSync(join(block, "device", name), "utf8")).toBe("1");
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("a snapshot of somebody else is neither removed nor copied", async () => {
  const made = await backend.create(spec);
  await backend.snapshot(made, "before");
  await expect(backend.snapshot(made, "before")).rejects.toThrow("there is a snapshot before already");
  const other = on(virtualMachine, "other");
  await expect(other.removeSnapshot("before")).rejects.toThrow("this cluster has no snapshot before");
  await expect(other.create({ ...spec, name: "copy", snapshot: "before" })).rejects.toThrow("no snapshot before");
  expect(await backend.create({ ...spec, name: "copy", snapshot: "before" })).toMatchObject({ name: "copy" });
  await backend.removeSnapshot("before");
  expect(cloud.snapshots.size).toBe(0);
});

test("disks are listed from all pages", async () => {
  cloud.pageSize = 1;
  await backend.create(spec);
  await backend.create({ ...spec, name: "second" });
  expect((await backend.list()).map(({ name }) => name)).toEqual(["pgdata", "second"]);
});

test("a disk of somebody else is refused by name and left out of lists", async () => {
  await backend.create(spec);
  const other = on(virtualMachine, "other");
  await expect(other.find("pgdata")).rejects.toThrow("give it the tag drover-cluster=other to hand it over");
  expect(await other.list()).toEqual([]);
});

test("a machine in the middle of another change is asked again; 429 and 5xx too", async () => {
  const made = await backend.create(spec);
  cloud.http.fault(/attachDetachDataDisks$/, { status: 409, body: { error: { code: "OperationNotAllowed" } } });
  cloud.http.fault(/attachDetachDataDisks$/, { status: 429, headers: { "Retry-After": "0" }, body: {} });
  cloud.http.fault(/^GET .*disks/, { status: 503, body: {} });
  cloud.http.fault(/^GET .*disks/, "hang");
  expect(await backend.attach(made)).toBe("/dev/lun3");
});

test("an operation that is slow is waited for, one that fails is told with its reason and request", async () => {
  cloud.slowness = 15;
  const made = await backend.create(spec);
  expect(await backend.attach(made)).toBe("/dev/lun3");
  cloud.slowness = 0;
  cloud.failure = { code: "DiskProcessingError", message: "try later" };
  await expect(backend.detach(made, backend.server)).rejects.toThrow(
    /^volume pgdata, slave slave-000: POST .*attachDetachDataDisks: Failed, request req-1: DiskProcessingError: try later/,
  );
});

test("a disk that another machine has is waited for and not taken", async () => {
  const made = await backend.create(spec);
  await on(instance).attach(made);
  await expect(backend.attach(made)).rejects.toThrow(
    /the disk to be free: not so after 1000 ms; last seen: Attached, managed by/,
  );
});

test("force takes a disk from a machine that hangs, and from one that is gone", async () => {
  const made = await backend.create(spec);
  const old = on(instance);
  await old.attach(made);
  await backend.forceDetach(made, old.server);
  expect(cloud.detachOptions).toEqual(["ForceDetach"]);
  expect(await backend.attach(made)).toBe("/dev/lun3");
  await backend.detach(made, backend.server);
  await backend.forceDetach(made, `${group}/providers/Microsoft.Compute/virtualMachines/gone`.toLowerCase());
});

test("a refusal names volume, slave, call, status and request", async () => {
  const made = await backend.create(spec);
  await on(instance).attach(made);
  await expect(backend.remove(made)).rejects.toThrow(
    /^volume pgdata, slave slave-000: DELETE .*\/disks\/pgdata is answered 409, request req-2: .*OperationNotAllowed/,
  );
});
