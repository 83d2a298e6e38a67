import { readFileSync } from "node:fs";
import type { Logger } from "@drover/lib/log";
import type { AgentInfo } from "@drover/lib/mesos/types";
import type { Checkpoint } from "./checkpoint/checkpoint";
import { incompatibility, type ReconfigurationPolicy } from "./checkpoint/compatibility";

const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/**
 * The agent id to go on under; undefined for a new agent. After a boot an agent that does not fit any more starts as a
 * new one, since nothing of the old one can run.
 * @throws Error when it does not fit without a boot; it says what to do
 */
export function previousIdentity(
  info: AgentInfo,
  policy: ReconfigurationPolicy,
  checkpoint: Checkpoint,
  log: Logger,
): string | undefined {
  const rebooted = checkpoint.noteBoot(readFileSync(BOOT_ID, "utf8").trim());
  const previous = checkpoint.latestAgent();
  if (previous?.id === undefined) {
    return undefined;
  }
  const problem = incompatibility(previous, info, policy);
  if (problem === undefined) {
    return previous.id.value;
  }
  if (!rebooted) {
    throw new Error(
      `Incompatible agent info detected: ${problem} (reconfiguration policy '${policy}').\n` +
        "Go back to the old flags, or start as a new agent, which gives up the running tasks:\n" +
        `rm -f ${checkpoint.paths.latestAgent}`,
    );
  }
  log.warn({ agent: previous.id.value, problem }, "booted with other flags: starting as a new agent");
  checkpoint.forgetAgent();
  return undefined;
}
