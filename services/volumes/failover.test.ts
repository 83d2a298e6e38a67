import { waitFor } from "@drover/lib/test/wait";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Link } from "./test/link";
import { VolumeSlaves } from "./test/slaves";
import type { TestSlave } from "./test/test-slave";

const graceSeconds = 4;
const forcedMoves = 20;

/** A writer that knows what it was promised: each line is on the disk before its number is printed. */
const writer = "i=0; while true; do i=$((i+1)); echo $i >>/data/rows && /bin/busybox sync && echo $i || exit 1; done";

/** Of a row that was cut off before it was promised, the file's length may be there and the bytes not: they read as 0. */
const whole = "/bin/busybox tr -d '\\0' </data/rows";
const lastRow = `${whole} | /bin/busybox tail -n1`;

let all: VolumeSlaves;

beforeAll(async () => {
  all = await VolumeSlaves.start(["slave-000", "slave-001"], graceSeconds);
}, 240_000);

afterEach(async ({ task }) => {
  for (const slave of task.result?.state === "fail" ? all.slaves : []) {
    console.error(await slave.sh("tail -n 60 /var/log/volumes.log").catch(String));
  }
  for (const slave of all.slaves) {
    await slave.unpause().catch(() => {});
    await slave.sh("docker ps -aq | xargs -r docker rm -f");
  }
});

afterAll(() => all?.remove());

function pair(): [TestSlave, TestSlave, Link] {
  const [first, second, link] = [all.slaves[0], all.slaves[1], all.links[0]];
  if (!first || !second || !link) throw new Error("the slaves did not start");
  return [first, second, link];
}

const mountsOf = async (slave: TestSlave, volume: string) =>
  (await slave.mounts()).filter((path) => path.endsWith(`/${volume}`)).length;

async function acknowledged(slave: TestSlave): Promise<number> {
  return Number((await slave.sh("docker logs --tail 1 writer")).trim());
}

test("a slave that cannot reach ZooKeeper stops its container and unmounts before another can have the lease", async () => {
  const [old, other, link] = pair();
  await old.run("parted", writer, "-d", "--name=writer");
  await waitFor("rows", async () => (await acknowledged(old)) > 5);
  link.cut();
  const rows = other.run("parted", lastRow, "--rm");
  await waitFor("the old slave to give the volume up", async () => (await mountsOf(old, "parted")) === 0, 20_000);
  const promised = await acknowledged(old);
  expect(Number(await rows)).toBeGreaterThanOrEqual(promised);

  const [lost] = await old.logged("lease lost");
  const [given] = await old.logged("given up");
  const attached = await other.logged("attached");
  const taken = attached.find(({ volume }) => volume === "parted");
  console.log(
    `lost ${lost?.time}, given up ${given?.time} after ${given?.tookMs} ms, attached elsewhere ${taken?.time}`,
  );
  expect(Date.parse(String(given?.time))).toBeLessThan(Date.parse(String(taken?.time)));
  // Nothing had to be taken by force.
  expect(await other.logged("attached to a server without a lease: detached by force")).toEqual([]);
  link.mend();
  await old.sh("docker rm -f writer");
  await waitFor("one slave without it", async () => (await mountsOf(other, "parted")) === 0);
  expect(await old.run("parted", `${whole} | /bin/busybox wc -l`, "--rm")).toBe(await rows);
}, 60_000);

test("a slave that was frozen and comes back cannot write", async () => {
  const [old, other] = pair();
  await old.run("frozen", writer, "-d", "--name=writer");
  await waitFor("rows", async () => (await acknowledged(old)) > 5);
  await old.pause();
  await other.run("frozen", "echo taken >>/data/rows; /bin/busybox sync; sleep 600", "-d", "--name=keeper");
  await old.unpause();
  await waitFor("the old writer to end", async () => !(await old.sh("docker ps -q")), 20_000);
  await waitFor("the old mount to go", async () => (await mountsOf(old, "frozen")) === 0, 20_000);
  const promised = await acknowledged(old);
  const rows = (await other.sh(`docker exec keeper /bin/busybox sh -c "${whole}"`)).split("\n");
  expect(rows.at(-1)).toBe("taken");
  expect(Number(rows.at(-2))).toBeGreaterThanOrEqual(promised);
  expect(await other.sh("docker ps --quiet --filter name=keeper"), "the new holder lost its lease").not.toBe("");
  await expect(old.run("frozen", "true", "--rm")).rejects.toThrow(/held|holds it since/);
  await other.sh("docker rm -f keeper");
  await old.sh("docker rm -f writer");
  await waitFor("nothing mounted", async () => (await mountsOf(other, "frozen")) === 0);
  // The disk itself agrees.
  expect(await other.run("frozen", lastRow, "--rm")).toBe("taken");
}, 90_000);

test("a slave that dies loses the volume to the next, with every row it has acknowledged", async () => {
  const [old, other] = pair();
  await old.run("moved", writer, "-d", "--name=writer");
  await waitFor("rows", async () => (await acknowledged(old)) > 5);
  const promised = await acknowledged(old);
  await old.kill();
  const killedMs = Date.now();
  const rows = Number(await other.run("moved", lastRow, "--rm"));
  console.log(`taken over ${Date.now() - killedMs} ms after the death, grace ${graceSeconds} s`);
  expect(rows).toBeGreaterThanOrEqual(promised);
  await old.boot();
  await old.sh("docker rm -f writer");
}, 60_000);

test(`${forcedMoves} forced moves leave one mount, one attachment, and every row`, async () => {
  const both = pair().slice(0, 2) as [TestSlave, TestSlave];
  await both[0].call("VolumeDriver.Create", { Name: "ball" });
  let holder = both[0];
  await holder.call("VolumeDriver.Mount", { Name: "ball", ID: "0" });
  for (let move = 1; move <= forcedMoves; move++) {
    const next = both[move % 2] as TestSlave;
    await holder.sh(`echo ${move} >>/var/lib/drover/volumes/ball/data/rows; sync`);
    // The driver dies with its machine's uses; the lease ends with its session, and the device is taken by force.
    await holder.signalDriver("STOP");
    expect(await next.call("VolumeDriver.Mount", { Name: "ball", ID: String(move) })).toMatchObject({ Err: "" });
    await holder.signalDriver("CONT");
    const before = holder;
    await waitFor("the former holder to let go", async () => (await mountsOf(before, "ball")) === 0, 20_000);
    expect(await mountsOf(next, "ball")).toBe(1);
    holder = next;
  }
  expect(await holder.sh("cat /var/lib/drover/volumes/ball/data/rows | wc -l")).toBe(String(forcedMoves));
  expect((await holder.devices("ball")).length).toBeLessThanOrEqual(1);
  for (const slave of both) expect(await slave.logged("giving the volume up failed")).toEqual([]);
  const { Volume } = (await holder.call("VolumeDriver.Get", { Name: "ball" })) as {
    Volume: { Status: { attachedTo: string[] } };
  };
  expect(Volume.Status.attachedTo).toHaveLength(1);
}, 240_000);
