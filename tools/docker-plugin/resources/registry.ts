import { suggest } from "../schema/suggestion";
import { container } from "./container";
import { image } from "./image";
import { network } from "./network";
import { remoteImage } from "./remote-image";
import type { ResourceType } from "./resource";
import { volume } from "./volume";

const TYPES = new Map<string, ResourceType>(
  Object.entries({
    "docker:index/container:Container": container,
    "docker:index/image:Image": image,
    "docker:index/network:Network": network,
    "docker:index/remoteImage:RemoteImage": remoteImage,
    "docker:index/volume:Volume": volume,
  }) as [string, ResourceType][],
);

/** The resource type of a token such as `docker:index/container:Container`. Throws for one that only the official plugin has. */
export function resourceType(token: string): ResourceType {
  const type = TYPES.get(token);
  if (type !== undefined) return type;
  const known = [...TYPES.keys()];
  throw new Error(
    `resource type ${token} is not supported by Drover's stand-in for the docker plugin, which has ${known.join(", ")}${suggest(token, known)}`,
  );
}
