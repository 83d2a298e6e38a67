import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { blockStoreFolder } from "@drover/lib/block-volume";
import { createLogger, type Logger } from "@drover/lib/log";
import { LoopBackend } from "./cloud/loop/loop-backend";
import { storeCommand } from "./cloud/loop/store-command";
import { openBackend } from "./cloud/open-backend";
import { ask, controlApi } from "./control";
import { Driver } from "./driver";
import { ownMounts } from "./kernel/mount-table";
import { Leases } from "./lease/leases";
import { fenceAfter } from "./lease/timing";
import { LocalVolume } from "./local-volume";
import { pluginApi } from "./plugin/api";
import { pluginNames, VolumeOwners } from "./plugin/names";
import { listenOnSocket } from "./plugin/socket";
import { readSettings, type Settings } from "./settings";

const retryMs = 5_000;

/** Names of the volumes that are mounted on this machine. */
async function mountedIn(folder: string): Promise<string[]> {
  const mounts = new Set((await ownMounts()).map(({ mountPoint }) => mountPoint));
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => mounts.has(join(folder, name)));
}

async function serve(settings: Settings, log: Logger): Promise<void> {
  const { graceMs, slave, zookeeper } = settings;
  const backend = await openBackend(settings);
  const onLost = (name: string, cutAtMs: number): Promise<void> => driver.fence(name, cutAtMs);
  const leases = new Leases({ zookeeper, slave, graceMs, onLost, log });
  const local = (name: string) => new LocalVolume(name, settings.folder, log);
  const driver: Driver = new Driver({ backend, leases, local, graceMs, log });
  leases.start();
  await driver.recoverMounts(await mountedIn(settings.folder), graceMs * (1 - fenceAfter));
  const owners = new VolumeOwners();
  for (const name of pluginNames) {
    const plugin = pluginApi({ name, owners, driver, defaultSizeGb: settings.defaultSizeGb, log });
    await listenOnSocket(plugin.handle, join(settings.pluginFolder, `${name}.sock`));
  }
  await listenOnSocket(controlApi(driver).handle, settings.controlSocket);
  log.info({ backend: settings.backend, server: backend.server, slave }, "started");
  for (;;) {
    try {
      await driver.recoverAttachments();
      return;
    } catch (error) {
      log.error({ error: (error as Error).message }, "what is attached here cannot be seen; trying again");
      await delay(retryMs);
    }
  }
}

/** `store …`: the local cloud's volumes without a driver, for what an environment declares. */
async function store(words: readonly string[]): Promise<void> {
  const folder = process.env.VOLUMES_LOOP_FOLDER ?? blockStoreFolder;
  const volume = await storeCommand(new LoopBackend(folder, "store"), words);
  process.stdout.write(`${JSON.stringify(volume ?? null)}\n`);
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  if (words[0] === "store") {
    await store(words.slice(1)).catch((error: Error) => {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    });
    return;
  }
  if (words.length > 0) {
    process.exitCode = await ask(process.env.VOLUMES_CONTROL_SOCKET ?? "/run/drover-volumes.sock", words);
    return;
  }
  const log = createLogger("volumes");
  // Containers go on with their volumes while the driver is away for a moment: it unmounts nothing when it ends.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(0));
  try {
    await serve(readSettings(process.env), log);
  } catch (error) {
    log.fatal((error as Error).message);
    process.exit(1);
  }
}

void main();
