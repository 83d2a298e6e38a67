import { glusterVolume } from "../provider/resources/gluster-volume";
import { bootServersAndClient, client } from "../provider/test/gluster-machines";
import { Machines } from "../provider/test/machines";
import { until } from "../test/cluster/support/until";
import { computer } from "./computer";

/** How much is written and read at a stretch in MiB, and how many small files are made. */
const mebibytes = 256;
const smallFiles = 200;

/** How often; the best of each side is shown. */
const rounds = 3;

/** Where the two sides write, on the client's machine: to three bricks over the network, and to the disk itself. */
const folders = { shared: "/mnt/gv0", local: "/disk/ssd" } as const;

/** What is measured, and the commands that do it in a folder of their own. Everything is on the disk when they end. */
const works = {
  "sequential write": {
    unit: "MiB/s",
    amount: mebibytes,
    script: `dd if=/dev/zero of=big bs=1M count=${mebibytes} conv=fsync status=none`,
  },
  "sequential read": {
    unit: "MiB/s",
    amount: mebibytes,
    script: `dd if=big of=/dev/null bs=1M iflag=direct status=none`,
  },
  "small files made": {
    unit: "files/s",
    amount: smallFiles,
    script: `for i in $(seq ${smallFiles}); do dd if=/dev/zero of=small.$i bs=4k count=1 conv=fsync status=none; done`,
  },
} as const;

async function seconds(machines: Machines, folder: string, script: string): Promise<number> {
  const timed = `mkdir -p ${folder}; cd ${folder}; before=$(date +%s%N); ${script}; echo $((($(date +%s%N) - before) / 1000))`;
  return Number(await machines.run(client, timed)) / 1e6;
}

/** The shared volume of three core machines, as a slave sees it, beside the slave's own disk. For the record: no limit. */
export async function sharedVolume(): Promise<number> {
  const machines = await Machines.make("bench");
  try {
    await glusterVolume.create(await bootServersAndClient(machines), () => {});
    await until("the client's mount", 60, () =>
      machines.run(client, "timeout 10 drover-shared-volume wait && echo yes"),
    );
    process.stdout.write(`${computer()}; all machines on this computer's one disk\n`);
    for (const [what, { unit, amount, script }] of Object.entries(works)) {
      const best = { shared: 0, local: 0 };
      for (let round = 0; round < rounds; round++) {
        for (const side of ["shared", "local"] as const) {
          best[side] = Math.max(
            best[side],
            amount / (await seconds(machines, `${folders[side]}/bench.${round}`, script)),
          );
        }
      }
      process.stdout.write(
        `${what}, best of ${rounds} x ${amount}: shared volume ${best.shared.toFixed(0)} ${unit}, ` +
          `local disk ${best.local.toFixed(0)} ${unit}, ratio ${(best.shared / best.local).toFixed(2)}\n`,
      );
    }
    return 0;
  } finally {
    await machines.remove();
  }
}
