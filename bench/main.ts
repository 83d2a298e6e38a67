import { coldStart } from "./cold-start";
import { firstLight } from "./first-light";
import { marathonScale } from "./marathon-scale";
import { mesosScale } from "./mesos-scale";
import { benchPlans } from "./plan";
import { sharedVolume } from "./shared-volume";
import { volume } from "./volume";

/** The benchmarks by name. Each prints a table and gives 1 when a limit is broken. */
const benches: Record<string, () => Promise<number>> = {
  "first-light": firstLight,
  "cold-start": coldStart,
  "marathon-scale": marathonScale,
  "mesos-scale": mesosScale,
  plan: benchPlans,
  volume,
  "shared-volume": sharedVolume,
};

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !benches[name]);
  if (names.length === 0 || unknown.length > 0) {
    const asked = unknown.length > 0 ? `no benchmark is called ${unknown.join(", ")}` : "which benchmark";
    throw new Error(`${asked}: npm run bench -- <one or more of ${Object.keys(benches).join(", ")}>`);
  }
  let code = 0;
  for (const name of names) code = Math.max(code, (await benches[name]?.()) ?? 0);
  return code;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  },
);
