import type { Environment } from "../../stacks/environment";

/** Ports that an environment's front door opens on this computer, by their key; none when it is a cloud's. */
export function localPorts({ cloud, frontDoor }: Environment): Readonly<Record<string, number>> {
  return cloud === "docker" ? frontDoor : {};
}
