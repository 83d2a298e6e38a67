import type { Environment } from "../../stacks/environment";

/**
 * The words with which Pulumi brings an environment up. Where it looks first, a preview with the policy pack comes
 * before any change: the pack knows by then what the update would take away, and stops it when that is not confirmed.
 */
export function updateWords({ name, policy }: Environment): string[] {
  return ["up", "--yes", "--stack", name, ...(policy.lookFirst ? ["--policy-pack", "policy"] : ["--skip-preview"])];
}
