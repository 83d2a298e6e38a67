import { relative } from "node:path";
import { backendDir, binDir, passphraseFile, pulumiHome, root, stateDir } from "./paths";

/**
 * The clone's own backend. Without metadata, which would lie in a file beside every file: one that a killed update has
 * left empty makes the whole backend unreadable.
 */
const backendUrl = `file://${backendDir}?metadata=skip`;

/**
 * The environment that Pulumi runs in for this clone. What the user has set (another backend, a passphrase) wins.
 * PATH is given by the caller, since only it knows what stands there.
 */
export function pulumiEnv(): Record<string, string> {
  const { PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE, PULUMI_CONFIG_PASSPHRASE_FILE } = process.env;
  const passphraseGiven = PULUMI_CONFIG_PASSPHRASE !== undefined || PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
  return {
    PULUMI_HOME: pulumiHome,
    PULUMI_BACKEND_URL: PULUMI_BACKEND_URL ?? backendUrl,
    ...(passphraseGiven ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile }),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // It would look for the plugins of all clouds at every start. Set-up fetches the one that is needed.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    DROVER_STATE_DIR: relative(root, stateDir),
  };
}

/** PATH with the toolchain first. */
export function toolPath(): string {
  return [binDir, ...(process.env.PATH ?? "").split(":").filter((dir) => dir !== binDir)].join(":");
}
