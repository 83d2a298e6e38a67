import type { Environment } from "../../stacks/environment";
import { kindOf } from "../model/kind";
import { partOf } from "../model/machine";
import type { Resource } from "../resource";

const kinds = ["azure Disk", "openstack Volume", "docker Volume"];

/** True for a disk that outlives its machine and holds data: a core machine's, or a declared block volume. */
export function isDataVolume(resource: Resource, environment: Environment): boolean {
  if (!kinds.includes(kindOf(resource.type))) return false;
  const part = partOf(resource) ?? resource.name;
  if (part === "block-volume") return true;
  const ofCore = environment.core.some(
    ({ hostname }) => part === "core" || part === hostname || part.startsWith(`${hostname}-`),
  );
  return ofCore && /data|ssd/.test(resource.name);
}
