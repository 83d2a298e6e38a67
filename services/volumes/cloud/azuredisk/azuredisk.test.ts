import { afterEach, beforeEach, expect, test } from "vitest";
import type { VolumeSpec } from "../backend";
import { CloudHttp } from "../http-call";
import { AzureDouble, group } from "./azure-double";
import { AzureDiskBackend } from "./azuredisk-backend";
import { Management } from "./management";

const virtualMachine = `${group}/providers/Microsoft.Compute/virtualMachines/vm-a`;
const instance = `${group}/providers/Microsoft.Compute/virtualMachineScaleSets/pool/virtualMachines/4`;
const spec: VolumeSpec = { name: "pgdata", sizeGb: 8, fs: "xfs", encrypted: true };

let cloud: AzureDouble;
let backend: AzureDiskBackend;

function on(id: string, cluster = "test"): AzureDiskBackend {
  cloud.machines.set(id.toLowerCase(), new Map());
  const http = new CloudHttp("slave-000", { answerLimitMs: 300, changeLimitMs: 1_000, firstPauseMs: 5 });
  const management = new Management(http, { url: cloud.http.url, metadata: cloud.http.url, clientId: "me" });
  const machine = { id, location: "westeurope", zone: "2", group };
  return new AzureDiskBackend({ http, management, machine, cluster, deviceOf: async (lun) => `/dev/lun${lun}` });
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
    type: "StandardSSD_LRS",
    encrypted: true,
    attachedTo: [],
  });
  expect(cloud.http.requests.find(({ method }) => method === "PUT")?.body).toMatchObject({ zones: ["2"] });
  expect(await backend.attach(made)).toBe("/dev/lun3");
  expect(await backend.attach(made)).toBe("/dev/lun3");
  expect(cloud.http.count(/attachDetachDataDisks$/)).toBe(1);
  expect((await backend.find("pgdata"))?.attachedTo).toEqual([backend.server]);
  await backend.grow(made, 9);
  await backend.detach(made, backend.server);
  expect(await backend.list()).toMatchObject([{ sizeGb: 9, attachedTo: [] }]);
  await backend.remove(made);
  expect(await backend.find("pgdata")).toBeUndefined();
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
