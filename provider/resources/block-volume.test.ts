import { afterAll, beforeAll, expect, it } from "vitest";
import { docker } from "../../images/test-image";
import { VolumeSlaves } from "../../services/volumes/test/slaves";
import type { TestSlave } from "../../services/volumes/test/test-slave";
import { type BlockVolumeInputs, blockVolume } from "./block-volume";

const silent = () => {};
let all: VolumeSlaves;
let slave: TestSlave;

beforeAll(async () => {
  // Its image is the driver's with a Docker engine beside it.
  all = await VolumeSlaves.start(["slave-000"], 4);
  slave = all.first;
}, 240_000);
afterAll(() => all?.remove());

const declared = (more: Partial<BlockVolumeInputs> = {}): BlockVolumeInputs => ({
  name: "pgdata",
  sizeGb: 1,
  fs: "xfs",
  store: { volume: all.store.volume, image: "drover-test/volumes" },
  ...more,
});
const sizeMb = "/bin/busybox df -m /data | /bin/busybox awk 'END { print $2, $1 }'";

it("makes a volume that the driver mounts, makes it larger in use, and finds it again", async () => {
  await blockVolume.create(declared(), silent);
  // Cut off before its state was written: the next update makes it again.
  await blockVolume.create(declared(), silent);
  expect(await slave.call("VolumeDriver.Get", { Name: "pgdata" })).toMatchObject({
    Volume: { Status: { sizeGb: 1, fs: "xfs", attachedTo: [] } },
  });
  await slave.run("pgdata", "echo kept >/data/file; sleep 600", "-d", "--name=user");
  await blockVolume.update(declared(), declared({ sizeGb: 2 }), silent);
  expect(await blockVolume.read?.(declared())).toMatchObject({ sizeGb: 2 });
  await expect(blockVolume.remove?.(declared(), silent)).rejects.toThrow(
    "volume pgdata, slave store: remove: it is in use",
  );
  await slave.sh("docker rm -f user");
  const [size = 0, device] = (await slave.run("pgdata", sizeMb, "--rm")).split(" ");
  expect(Number(size)).toBeGreaterThan(1900);
  expect(device).toMatch(/^\/dev\/loop/);
  expect(await slave.run("pgdata", "cat /data/file", "--rm")).toBe("kept");
}, 90_000);

it("refuses what would lose data, and goes away when it is asked to", async () => {
  await expect(blockVolume.create(declared(), silent)).rejects.toThrow(
    "volume pgdata has 2 GB: it can only grow, not become 1 GB",
  );
  await expect(blockVolume.create(declared({ sizeGb: 2, fs: "ext4" }), silent)).rejects.toThrow(
    "volume pgdata is there already, with xfs, not ext4",
  );
  await blockVolume.remove?.(declared(), silent);
  expect(await blockVolume.read?.(declared())).toBeUndefined();
  await blockVolume.remove?.(declared(), silent);
  expect(await slave.call("VolumeDriver.List", {})).toEqual({ Volumes: [], Err: "" });
}, 60_000);

it("says in a preview already what cannot change", () => {
  const check = (news: Partial<BlockVolumeInputs>, olds: Partial<BlockVolumeInputs> = declared({ sizeGb: 4 })) =>
    blockVolume.check?.(olds, declared(news));
  expect(check({ sizeGb: 1 }, {})).toEqual([]);
  expect(check({ sizeGb: 5 })).toEqual([]);
  expect(check({ sizeGb: 3 })).toEqual([
    { property: "sizeGb", reason: "block volume pgdata has 4 GB: it can only grow, not become 3 GB" },
  ]);
  expect(check({ sizeGb: 4, fs: "ext4", zone: "2" })?.map(({ property }) => property)).toEqual(["fs", "zone"]);
});

it("names the image that is missing", async () => {
  const gone = { volume: all.store.volume, image: "drover-test/none:1" };
  await expect(blockVolume.create(declared({ store: gone }), silent)).rejects.toThrow("drover-test/none:1");
  expect(await docker("ps", "-aq", "--filter", "ancestor=drover-test/none:1")).toBe("");
});
