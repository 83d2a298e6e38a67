import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { VolumeSpec } from "../backend";
import { CloudHttp } from "../http-call";
import { CinderBackend } from "./cinder-backend";
import { diskBySerial } from "./disk-by-serial";
import { Keystone } from "./keystone";
import { OpenStackDouble } from "./openstack-double";
import { ownServerId } from "./own-server";

let cloud: OpenStackDouble;
let backend: CinderBackend;
const spec: VolumeSpec = { name: "pgdata", sizeGb: 5, fs: "xfs", encrypted: false };

beforeEach(async () => {
  cloud = await OpenStackDouble.open();
  cloud.servers.set("server-a", true).set("server-b", true);
  const http = new CloudHttp("slave-000", { answerLimitMs: 300, changeLimitMs: 1_000, firstPauseMs: 5 });
  const credential = { credentialId: "id", credentialSecret: "hush", region: "one" };
  const keystone = new Keystone(http, { authUrl: `${cloud.http.url}/v3`, ...credential });
  const deviceOf = async (id: string) => `/dev/disk/by-id/virtio-${id.slice(0, 20)}`;
  backend = new CinderBackend({ http, keystone, cluster: "test", server: "server-b", deviceOf });
});
afterEach(() => cloud.http.close());

test("a volume is made, attached, grown, detached and removed", async () => {
  const made = await backend.create(spec);
  expect(made).toMatchObject({
    name: "pgdata",
    sizeGb: 5,
    fs: "xfs",
    attachedTo: [],
    createdAt: "2026-01-01T00:00:00.000000Z",
  });
  expect(await backend.find("pgdata")).toEqual(made);
  // Not by the name that the API tells.
  expect(await backend.attach(made)).toBe("/dev/disk/by-id/virtio-0a1b2c3d-0000-4000-8");
  expect(await backend.attach(made)).toBe("/dev/disk/by-id/virtio-0a1b2c3d-0000-4000-8");
  expect(cloud.http.count(/^POST .*os-volume_attachments/)).toBe(1);
  await backend.grow(made, 9);
  expect(await backend.find("pgdata")).toMatchObject({ sizeGb: 9, attachedTo: ["server-b"] });
  await backend.detach(made, "server-b");
  await backend.detach(made, "server-b");
  await backend.remove(made);
  expect(await backend.list()).toEqual([]);
  expect(cloud.tokens).toBe(1);
});

test("volumes of others are not seen, and one name twice is refused", async () => {
  const made = await backend.create(spec);
  const twin = cloud.volumes.get(made.id);
  if (!twin) throw new Error("no volume");
  cloud.volumes.set("foreign", { ...twin, id: "foreign", metadata: {} });
  expect(await backend.list()).toEqual([made]);
  cloud.volumes.set("twin", { ...twin, id: "twin" });
  await expect(backend.find("pgdata")).rejects.toThrow("two volumes have this name");
});

test("a snapshot of somebody else is neither removed nor copied, whatever page it is on", async () => {
  const made = await backend.create(spec);
  cloud.pageSize = 1;
  cloud.snapshots.set("foreign", { id: "foreign", name: "before", status: "available", metadata: {} });
  await expect(backend.removeSnapshot("before")).rejects.toThrow("this cluster has no snapshot before");
  await expect(backend.create({ ...spec, name: "copy", snapshot: "before" })).rejects.toThrow("no snapshot before");
  await backend.snapshot(made, "before");
  const ours = [...cloud.snapshots.keys()].at(-1);
  await backend.create({ ...spec, name: "copy", snapshot: "before" });
  expect(
    cloud.http.requests.findLast(({ path, method }) => method === "POST" && path === "/volume/volumes")?.body,
  ).toMatchObject({
    volume: { snapshot_id: ours },
  });
  expect((await backend.list()).map(({ name }) => name)).toEqual(["pgdata", "copy"]);
  await backend.removeSnapshot("before");
  expect([...cloud.snapshots.keys()]).toEqual(["foreign"]);
});

test("an answer of 429, 5xx or none at all is asked for again; a token that was revoked is renewed", async () => {
  cloud.http.fault(/^POST .*volumes$/, { status: 429, headers: { "Retry-After": "0" }, body: {} });
  cloud.http.fault(/^GET .*volumes/, { status: 500, body: {} });
  cloud.http.fault(/^GET .*volumes/, "hang");
  const made = await backend.create(spec);
  cloud.tokens++;
  expect(await backend.find("pgdata")).toEqual(made);
});

test("a refusal names volume, slave, call, status and request", async () => {
  await expect(backend.create({ ...spec, type: "none" })).rejects.toThrow(
    /^volume pgdata, slave slave-000: POST volume \/volumes is answered 404, request req-7: .*type with name none/,
  );
  cloud.http.fault(/^POST .*volumes$/, {
    status: 500,
    body: { why: "?" },
    headers: { "x-openstack-request-id": "req-9" },
  });
  await expect(backend.create(spec)).rejects.toThrow("is answered 500, request req-9");
  expect(cloud.volumes.size).toBe(0);
});

test("a volume that ends in error, or is not encrypted as asked, is removed again", async () => {
  await expect(backend.create({ ...spec, type: "broken" })).rejects.toThrow("is in state error");
  await expect(backend.create({ ...spec, encrypted: true })).rejects.toThrow("volumes of plain are not encrypted");
  await backend.create({ ...spec, name: "safe", type: "luks", encrypted: true });
  expect(await backend.find("pgdata")).toBeUndefined();
});

test("an attachment that is slow is waited for, one that never comes is told with what was seen", async () => {
  const made = await backend.create(spec);
  cloud.slowness = 20;
  expect(await backend.attach(made)).toContain("virtio-");
  await backend.detach(made, "server-b");
  cloud.slowness = 10_000;
  await expect(backend.attach(made)).rejects.toThrow(
    /wait for .* in use by this server: not so after 1000 ms; last seen: status attaching/,
  );
});

test("a conflict at attach is told, a volume elsewhere is not taken", async () => {
  const made = await backend.create(spec);
  cloud.http.fault(/^POST .*os-volume_attachments/, {
    status: 409,
    body: { conflictingRequest: { message: "locked" } },
  });
  await expect(backend.attach(made)).rejects.toThrow("is answered 409");
});

test.each([
  ["one that is gone", undefined],
  ["one that does not let go", false],
])("force takes a volume from a server: %s", async (_what, letsGo) => {
  const made = await backend.create(spec);
  const volume = cloud.volumes.get(made.id);
  if (!volume) throw new Error("no volume");
  volume.status = "in-use";
  volume.attachments = [{ server_id: "server-a", attachment_id: "at-1", device: "/dev/vdb" }];
  cloud.servers.delete("server-a");
  if (letsGo !== undefined) cloud.servers.set("server-a", letsGo);
  cloud.allowsForceDetach = false;
  await expect(backend.forceDetach(made, "server-a")).rejects.toThrow("an operator has to detach it from server-a");
  cloud.allowsForceDetach = true;
  await backend.forceDetach(made, "server-a");
  expect(await backend.attach(made)).toContain("virtio-");
});

test("a disk is found by its serial number, in udev's links or in the kernel", async () => {
  const root = mkdtempSync(join(tmpdir(), "disks-"));
  try {
    for (const folder of ["dev/disk/by-id", "sys/block/vdb", "sys/block/vdc"])
      mkdirSync(join(root, folder), { recursive: true });
    for (const name of ["vdb", "vdc", "sdd", "sde"]) writeFileSync(join(root, "dev", name), "");
    symlinkSync("../../vdb", join(root, "dev/disk/by-id/virtio-11111111-1111-1111-1"));
    symlinkSync(
      "../../sdd",
      join(root, "dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_33333333-3333-3333-3333-333333333333"),
    );
    symlinkSync("../../sde", join(root, "dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_55555555-5555-5555-5"));
    writeFileSync(join(root, "sys/block/vdc/serial"), "22222222-2222-2222-2");
    expect(await diskBySerial("11111111-1111-1111-1111-111111111111", root)).toBe(join(root, "dev/vdb"));
    expect(await diskBySerial("22222222-2222-2222-2222-222222222222", root)).toBe(join(root, "dev/vdc"));
    expect(await diskBySerial("33333333-3333-3333-3333-333333333333", root)).toBe(join(root, "dev/sdd"));
    expect(await diskBySerial("55555555-5555-5555-5555-555555555555", root)).toBe(join(root, "dev/sde"));
    expect(await diskBySerial("44444444-4444-4444-4444-444444444444", root)).toBeUndefined();
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("a server's own id is in its firmware, too, for networks without a metadata service", async () => {
  const root = mkdtempSync(join(tmpdir(), "firmware-"));
  const http = new CloudHttp("slave-000", { answerLimitMs: 300, changeLimitMs: 1_000, firstPauseMs: 1 });
  const ask = () => ownServerId(http, `${cloud.http.url}/v3/auth/tokens`, root);
  try {
    cloud.http.fault(/^GET/, { status: 200, body: { uuid: "from-metadata" } });
    expect(await ask()).toBe("from-metadata");
    cloud.http.fault(/^GET/, { status: 404 });
    await expect(ask()).rejects.toThrow(/no \/sys\/class\/dmi\/id\/product_uuid, and .* is answered 404/);
    mkdirSync(join(root, "sys/class/dmi/id"), { recursive: true });
    writeFileSync(join(root, "sys/class/dmi/id/product_uuid"), "6B29FC40-CA47-4067-B31D-00DD010662DA\n");
    cloud.http.fault(/^GET/, { status: 404 });
    expect(await ask()).toBe("6b29fc40-ca47-4067-b31d-00dd010662da");
  } finally {
    rmSync(root, { recursive: true });
  }
});
