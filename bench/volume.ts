import { VolumeSlaves } from "../services/volumes/test/slaves";
import type { TestSlave } from "../services/volumes/test/test-slave";

/** How much is written each time, and how often; the best of each side is compared. */
const megabytes = 256;
const rounds = 5;

/** What a volume of the driver must reach of the raw loop device's throughput. */
const leastRatio = 0.95;

/** Writes with direct I/O, so that the page cache is out of the picture on both sides; gives MB a second. */
async function write(slave: TestSlave, target: string): Promise<number> {
  const flags = "bs=4M oflag=direct conv=fsync,notrunc";
  const report = await slave.sh(`dd if=/dev/zero of=${target} count=${megabytes / 4} ${flags} 2>&1`);
  const [, bytes, seconds] = /^(\d+) bytes.*copied, ([\d.e-]+) s/m.exec(report) ?? [];
  if (!bytes || !seconds) throw new Error(`dd said: ${report}`);
  return Number(bytes) / 1e6 / Number(seconds);
}

/** Sequential writes through a volume of the driver beside those to a raw loop device of the same storage. */
export async function volume(): Promise<number> {
  const all = await VolumeSlaves.start(["bench"], 10);
  const slave = all.first;
  try {
    await slave.call("VolumeDriver.Create", { Name: "bench", Opts: { size: "1", type: "thick" } });
    const { Mountpoint } = await slave.call("VolumeDriver.Mount", { Name: "bench", ID: "bench" });
    const raw = "/var/lib/drover/block-store/raw.img";
    await slave.sh(`fallocate --length 1G ${raw}`);
    const device = await slave.sh(`losetup --find --show ${raw}`);
    const best = { raw: 0, volume: 0 };
    try {
      // The first round of each allocates, and does not count.
      for (let round = 0; round <= rounds; round++) {
        const rates = { raw: await write(slave, device), volume: await write(slave, `${Mountpoint}/file`) };
        if (round === 0) continue;
        best.raw = Math.max(best.raw, rates.raw);
        best.volume = Math.max(best.volume, rates.volume);
      }
    } finally {
      await slave.sh(`losetup --detach ${device}`);
    }
    const ratio = best.volume / best.raw;
    const verdict = ratio >= leastRatio ? "kept" : "BROKEN";
    process.stdout.write(
      `sequential writes, best of ${rounds} x ${megabytes} MB: volume ${best.volume.toFixed(0)} MB/s, ` +
        `raw loop device ${best.raw.toFixed(0)} MB/s, ratio ${ratio.toFixed(2)} (${verdict}: at least ${leastRatio})\n`,
    );
    await slave.call("VolumeDriver.Unmount", { Name: "bench", ID: "bench" });
    return ratio >= leastRatio ? 0 : 1;
  } finally {
    await all.remove();
  }
}
