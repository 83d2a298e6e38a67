import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The clone. */
export const root = join(__dirname, "..", "..");

/**
 * The clone's own state: Pulumi's backend and home, the passphrase, keys, bundles. `rm -rf` of it forgets all stacks.
 * A relative one, as the environment of `npm run env` has it, is of the clone.
 */
export const stateDir = resolve(root, process.env.DROVER_STATE_DIR ?? ".drover");

/**
 * The documented cache, shared by all clones of a user: the built toolchain and the base image's archive.
 * Safe to remove at any time; set-up makes it again.
 */
export const cacheDir = process.env.DROVER_CACHE_DIR ?? join(homedir(), ".cache", "drover");

export const pulumiHome = join(stateDir, "pulumi");
export const backendDir = join(stateDir, "backend");
export const passphraseFile = join(stateDir, "passphrase");
export const bundlesDir = join(stateDir, "bundles");
/** Which image each service runs, written by set-up and read by the program. */
export const imagesFile = join(stateDir, "images.json");
/** The folder of launchers that set-up puts first on PATH. */
export const binDir = join(stateDir, "bin");
