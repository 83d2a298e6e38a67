import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, expect, test } from "vitest";
import { VolumeSlaves } from "./test/slaves";
import type { TestSlave } from "./test/test-slave";

let all: VolumeSlaves;
let slave: TestSlave;

beforeAll(async () => {
  all = await VolumeSlaves.start(["slave-000"], 4);
  slave = all.first;
}, 240_000);
afterAll(() => all?.remove());

const unused = (volume: string) =>
  waitFor(`nothing of ${volume} on the slave`, async () => {
    const mounts = (await slave.mounts()).filter((path) => path.endsWith(`/${volume}`));
    const left = [...mounts, ...(await slave.devices(volume))];
    return left.length === 0;
  });

test.each([
  ["ext4", "drover"],
  ["xfs", "rexray"],
])("Docker makes a volume with %s by the driver %s, uses it, and removes it", async (fs, driver) => {
  const name = `docker-${fs}`;
  await slave.sh(`docker volume create -d ${driver} -o size=1 -o fs=${fs} ${name}`);
  const [shown] = JSON.parse(await slave.sh(`docker volume inspect ${name}`)) as [Record<string, unknown>];
  expect(shown).toMatchObject({ Driver: driver, Scope: "global", Status: { sizeGb: 1, fs, attachedTo: [] } });
  expect(await slave.sh("docker volume ls -q")).toContain(name);
  await slave.sh(`docker run --rm --network=none -v ${name}:/data box:1 /bin/busybox sh -c 'echo kept >/data/file'`);
  const seen = await slave.sh(
    `docker run --rm --network=none -v ${name}:/data box:1 /bin/busybox sh -c 'cat /data/file; grep " /data " /proc/mounts'`,
  );
  expect(seen).toMatch(new RegExp(`^kept\\n/dev/loop\\d+ /data ${fs} `));
  await unused(name);
  // Once, under the name it was made by.
  expect(await slave.sh(`docker volume ls --format '{{.Driver}}' --filter name=${name}`)).toBe(driver);
  await slave.sh(`docker volume rm ${name}`);
  expect(await slave.call("VolumeDriver.Get", { Name: name })).toMatchObject({ Err: `there is no volume ${name}` });
});

test("a volume that Docker has looked at before its first use can be used under the name rexray", async () => {
  // Docker asks the two names in random order.
  const names = Array.from({ length: 8 }, (_, index) => `seen-${index}`);
  for (const name of names) await slave.call("VolumeDriver.Create", { Name: name });
  await slave.signalDriver();
  await slave.startDriver();
  for (const name of names) {
    expect(await slave.sh(`docker volume inspect --format '{{.Driver}}' ${name}`)).toBe("rexray");
    expect(await slave.run(name, "echo used", "--rm")).toBe("used");
    await unused(name);
    await slave.sh(`docker volume rm ${name}`);
  }
}, 60_000);

test("what is refused is named, and nothing is made", async () => {
  const create = (Name: unknown, Opts: object = {}) => slave.call("VolumeDriver.Create", { Name, Opts });
  for (const name of ["..", "../x", "a/b", "a;id", "$(id)", "a b", "a".repeat(300), ""]) {
    expect((await create(name)).Err).toContain(`volume name ${JSON.stringify(name).slice(0, 80)} is refused`);
  }
  expect((await create("v", { size: "0" })).Err).toContain('size "0" is refused');
  expect((await create("v", { size: "-3" })).Err).toContain('size "-3" is refused');
  expect((await create("v", { size: "1000000000" })).Err).toContain('size "1000000000" is refused');
  expect((await create("v", { colour: "red" })).Err).toContain('option "colour" is unknown');
  expect((await create("v", { type: "ssd" })).Err).toContain("the loop backend has thin and thick");
  expect((await create("v", { encrypted: "true" })).Err).toContain("the loop backend cannot encrypt");
  expect((await create("v", { snapshot: "none" })).Err).toContain("there is no snapshot none");
  await expect(slave.sh("docker volume create -d drover -o size=huge v")).rejects.toThrow('size "huge" is refused');
  expect(await slave.call("VolumeDriver.List", {})).toEqual({ Volumes: [], Err: "" });
  expect(await slave.sh("ls -A /var/lib/drover/block-store/volumes")).toBe("");
});

test("two containers share one mount, which goes with the last of them", async () => {
  await slave.run("shared", "sleep 600", "-d", "--name=one");
  await slave.run("shared", "sleep 600", "-d", "--name=two");
  expect(await slave.mounts()).toHaveLength(1);
  await slave.sh("docker rm -f one");
  expect(await slave.sh("docker exec two busybox touch /data/still-there")).toBe("");
  expect((await slave.call("VolumeDriver.Remove", { Name: "shared" })).Err).toContain("in use on this slave");
  await slave.sh("docker rm -f two");
  await unused("shared");
  expect(await slave.call("VolumeDriver.Unmount", { Name: "shared", ID: "again" })).toEqual({ Err: "" });
  await slave.sh("docker volume rm shared");
});

test("a volume grows, in use or at its next mount, and a snapshot of it becomes another volume", async () => {
  const tool = "node /usr/local/lib/drover/volumes.cjs";
  const sizeMb = "/bin/busybox df -m /data | /bin/busybox awk 'END { print $2 }'";
  await slave.sh("docker volume create -d rexray -o size=1 -o fs=xfs grow-xfs");
  await slave.run("grow-xfs", "echo first >/data/file; sync; sleep 600", "-d", "--name=grower");
  expect(await slave.sh(`${tool} grow grow-xfs 2`)).toBe("grow-xfs has 2 GB now");
  expect(Number(await slave.sh(`docker exec grower busybox df -m /data | awk 'END { print $2 }'`))).toBeGreaterThan(
    1900,
  );
  await expect(slave.sh(`${tool} grow grow-xfs 1`)).rejects.toThrow("volume grow-xfs has 2 GB: it can only grow");

  await slave.sh(`${tool} snapshot grow-xfs first`);
  await slave.sh("docker exec grower busybox sh -c 'echo second >/data/file'");
  await slave.sh("docker volume create -d rexray -o size=2 -o snapshot=first copy");
  expect(await slave.run("copy", "cat /data/file", "--rm")).toBe("first");

  await slave.sh("docker volume create -d rexray -o size=1 grow-ext4");
  await slave.run("grow-ext4", "true", "--rm");
  expect(await slave.sh(`${tool} grow grow-ext4 2`)).toContain("grow-ext4 has 2 GB now");
  expect(Number(await slave.run("grow-ext4", sizeMb, "--rm"))).toBeGreaterThan(1900);
  await slave.sh("docker rm -f grower");
  for (const name of ["grow-xfs", "copy", "grow-ext4"]) await unused(name);
  await slave.sh(`docker volume rm grow-xfs copy grow-ext4; ${tool} remove-snapshot first`);
}, 60_000);

test("a disk with any signature is never formatted", async () => {
  const image = "/var/lib/drover/block-store/volumes/foreign/disk.img";
  await slave.sh("docker volume create -d rexray foreign");
  for (const [make, named] of [
    ["mkswap", "swap"],
    ["mke2fs -q -t ext2", "ext2"],
  ]) {
    await slave.sh(`truncate -s 0 ${image}; truncate -s 1G ${image}; ${make} ${image}`);
    const before = await slave.sh(`head -c 1M ${image} | md5sum`);
    await expect(slave.run("foreign", "true", "--rm")).rejects.toThrow(`a signature of ${named}`);
    expect(await slave.sh(`head -c 1M ${image} | md5sum`)).toBe(before);
    await unused("foreign");
  }
  await slave.sh("docker volume rm foreign");
});

test("a driver that is killed finds the truth again: uses are kept, leftovers go", async () => {
  await slave.run("kept", "sleep 600", "-d", "--name=user");
  await slave.call("VolumeDriver.Create", { Name: "left" });
  await slave.call("VolumeDriver.Mount", { Name: "left", ID: "a" });
  await slave.call("VolumeDriver.Create", { Name: "attached" });
  await slave.signalDriver();
  // As if it was killed between attaching and mounting.
  const folder = "/var/lib/drover/block-store/volumes/attached";
  await slave.sh(`ln -s slave-000 ${folder}/attached-to; losetup --find ${folder}/disk.img`);
  await slave.startDriver();
  await waitFor("the leftovers to go", async () => {
    const [left, attached] = [await slave.devices("left"), await slave.devices("attached")];
    return left.length === 0 && attached.length === 0;
  });
  expect(await slave.mounts()).toEqual(["/var/lib/drover/volumes/kept"]);
  await slave.sh("docker exec user busybox touch /data/file");
  await slave.sh("docker rm -f user");
  await unused("kept");
  await slave.sh("docker volume rm kept left attached");
});

test("a driver that is killed at any instant of its work leaves nothing behind", async () => {
  for (const delayMs of [0, 15, 40, 80, 130, 200, 300, 450]) {
    const mounting = slave
      .call("VolumeDriver.Create", { Name: "cut" })
      .then(() => slave.call("VolumeDriver.Mount", { Name: "cut", ID: "a" }))
      .catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await slave.signalDriver();
    await mounting;
    await slave.startDriver();
    await unused("cut");
  }
  await slave.call("VolumeDriver.Create", { Name: "cut" });
  expect(await slave.run("cut", "echo works", "--rm")).toBe("works");
  await unused("cut");
  await slave.sh("docker volume rm cut");
});
