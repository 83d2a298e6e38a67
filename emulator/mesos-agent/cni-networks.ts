import type { NetworkInfo } from "@drover/lib/mesos/types";
import { LaunchError } from "./launch-error";

/**
 * The agent has no CNI networks: what asks for none by name is on the agent's own.
 * @throws LaunchError in upstream's words for the first network with a name
 */
export function refuseCniNetworks(infos: readonly NetworkInfo[] = []): void {
  const named = infos.find(({ name }) => name !== undefined);
  if (named !== undefined) {
    throw new LaunchError(`Unknown CNI network '${named.name}'`);
  }
}
