import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { brickFolder } from "../../components/storage/volume-rules";
import { glusterServer } from "../../templates/storage/glusterd";
import { expected, until } from "../../test/cluster/support/until";
import { bootServersAndClient, client, servers } from "../test/gluster-machines";
import { Machines } from "../test/machines";
import { type GlusterVolumeInputs, glusterVolume } from "./gluster-volume";

vi.setConfig({ testTimeout: 180_000 });

let machines: Machines;
let inputs: GlusterVolumeInputs;
const said: string[] = [];
const progress = (text: string) => void said.push(text);

beforeAll(async () => {
  machines = await Machines.make("volume");
  inputs = await bootServersAndClient(machines);
}, 300_000);
afterAll(() => machines.remove(), 60_000);

const onClient = (script: string) => machines.run(client, script);
const mounted = () => onClient("grep -q ' /mnt/gv0 fuse.glusterfs ' /proc/mounts && ls /mnt/gv0 && echo mounted");
/** The files of a brick, with their content's digest. */
const brick = (number: number) =>
  machines.run(number, `cd ${brickFolder} && find . -path ./.glusterfs -prune -o -type f -exec md5sum {} + | sort`);

it("nobody can write into the bare folder while the volume is missing, and its user waits", async () => {
  await until("the guard below the mount", 90, () => onClient("grep ' /mnt/gv0 tmpfs ro' /proc/mounts"));
  for (const write of ["touch /mnt/gv0/lost", "mkdir /mnt/gv0/lost"]) {
    // The second is what a client says between its start and its end.
    await expect(onClient(write)).rejects.toThrow(/Read-only file system|Transport endpoint is not connected/);
  }
  await expect(onClient("timeout 2 drover-shared-volume wait")).rejects.toThrow();
});

it("a first attempt that was cut off is no hindrance; the volume is made, and the client has it by itself", async () => {
  await machines.run(1, `gluster --mode=script peer probe ${machines.address(2)}`);
  await machines.run(1, `mkdir -p ${brickFolder} && setfattr -n trusted.glusterfs.volume-id -v 0x1234 ${brickFolder}`);
  await glusterVolume.create(inputs, progress);
  const info = await machines.run(2, "gluster volume info gv0; gluster volume get all all");
  for (const line of ["1 x 3 = 3", "cluster.quorum-type: auto", `auth.allow: ${machines.subnet}`, "51%"]) {
    expect(info).toContain(line);
  }
  await until("the client's mount", 20, mounted);
  await onClient("drover-shared-volume wait && mkdir /mnt/gv0/a && seq 1000 > /mnt/gv0/a/numbers");
  expect(await brick(1)).toBe(await brick(3));
  await expect(onClient("ls /mnt/gv0/lost")).rejects.toThrow("No such file");
});

it("doing it again changes nothing, and a refresh tells what was changed by hand", async () => {
  const before = await machines.run(1, "cat /var/lib/glusterd/vols/gv0/info");
  await glusterVolume.update(inputs as never, inputs, progress);
  expect(await machines.run(1, "cat /var/lib/glusterd/vols/gv0/info")).toBe(before);

  await machines.run(1, "gluster volume set gv0 network.ping-timeout 77");
  const found = await glusterVolume.read?.(inputs as never);
  expect(found?.options["network.ping-timeout"]).toBe("77");
  expect(glusterVolume.changed(found as never, inputs)).toBe(true);
  await glusterVolume.update(inputs as never, inputs, progress);
  expect(glusterVolume.changed((await glusterVolume.read?.(inputs as never)) as never, inputs)).toBe(false);
});

it("a client that crashed mounts again by itself", async () => {
  await onClient("pkill -9 glusterfs");
  await until("the client's mount", 20, mounted);
  expect(await onClient("wc -l < /mnt/gv0/a/numbers")).toBe("1000");
});

it("one server gone: writes go on after the ping time-out; back on its disk it is healed when the update ends", async () => {
  await machines.lose(2, false);
  const started = Date.now();
  await onClient(
    "for i in $(seq 50); do dd if=/dev/zero of=/mnt/gv0/a/f$i bs=64k count=1 conv=fsync status=none; done",
  );
  const seconds = (Date.now() - started) / 1000;
  console.log(`50 files written while a server was gone: ${seconds.toFixed(1)} s`);
  expect(seconds).toBeLessThan(15);
  await machines.boot(2, glusterServer(undefined));
  await until("SSH and glusterd on m2", 120, () =>
    machines.run(2, "systemctl is-active ssh && systemctl is-active glusterd"),
  );
  const news = { ...inputs, servers: servers.map((number) => machines.target(number)), machineIds: ["1", "2b", "3"] };
  expect(glusterVolume.changed(inputs as never, news)).toBe(true);
  await glusterVolume.update(inputs as never, news, progress);
  expect(await brick(2)).toBe(await brick(1));
});

it("a server that comes back without its disk gets its place and all files again", async () => {
  await machines.lose(3, true);
  await onClient("echo written meanwhile > /mnt/gv0/a/new");
  await machines.boot(3, glusterServer(undefined));
  await until("SSH and glusterd on m3", 120, () =>
    machines.run(3, "systemctl is-active ssh && systemctl is-active glusterd"),
  );
  inputs = { ...inputs, servers: servers.map((number) => machines.target(number)), machineIds: ["1", "2b", "3b"] };
  await glusterVolume.update(inputs as never, inputs, progress);
  expect(await brick(3)).toBe(await brick(1));
  expect((await brick(3)).split("\n")).toHaveLength(52);
  expect(said.join("\n")).toContain("m3 was made again");
  expect(await machines.run(1, "gluster volume heal gv0 info split-brain")).not.toMatch(
    /entries in split-brain: [1-9]/,
  );
});

it("limits what a folder and the whole volume hold", async () => {
  inputs = { ...inputs, quotasGb: { "/": 1, "/small": 0.01 } };
  await glusterVolume.update(inputs as never, inputs, progress);
  await until("the volume's size to be its limit", 20, async () => {
    const size = await onClient("df -BM --output=size /mnt/gv0 | tail -1");
    expected(size.trim() === "1024M", size);
    return true;
  });
  await until("a writer to be stopped", 30, async () => {
    const wrote = await onClient(
      "dd if=/dev/zero of=/mnt/gv0/small/f bs=1M count=4 oflag=append conv=notrunc,fsync",
    ).then(
      () => "wrote",
      (error: Error) => error.message,
    );
    expected(wrote.includes("Disk quota exceeded"), wrote);
    return true;
  });
  await onClient("echo still > /mnt/gv0/a/writable");
});

it("two servers gone: writes are refused with an error, and what was written stays as it was", async () => {
  for (const number of [2, 3]) await machines.run(number, "pkill -9 glusterfsd; systemctl stop glusterd");
  await until("writes to be refused", 40, async () => {
    const wrote = await onClient("timeout 20 dd if=/dev/zero of=/mnt/gv0/a/refused bs=1k count=1 conv=fsync").then(
      () => "wrote",
      (error: Error) => error.message,
    );
    expected(/Transport endpoint is not connected|Read-only file system/.test(wrote), wrote);
    return true;
  });
  for (const number of [2, 3]) await machines.run(number, "systemctl start glusterd");
  await until("the volume to be whole", 30, () => onClient("timeout 5 cat /mnt/gv0/a/new && touch /mnt/gv0/a/again"));
  expect(await onClient("wc -l < /mnt/gv0/a/numbers")).toBe("1000");
});

it("is removed with its files, unless they are to be kept", async () => {
  await glusterVolume.remove?.({ ...inputs, retain: true } as never, progress);
  expect(await glusterVolume.read?.(inputs as never)).toBeDefined();
  await glusterVolume.remove?.(inputs as never, progress);
  expect(await glusterVolume.read?.(inputs as never)).toBeUndefined();
  await expect(machines.run(1, `ls ${brickFolder}`)).rejects.toThrow("No such file");
});
