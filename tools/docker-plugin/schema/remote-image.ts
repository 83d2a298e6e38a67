import { boolean, list, map, optional, required, string, unsupported, type ValuesOf } from "./types";

const update = { change: "update" } as const;

/** An image that is pulled, or found where it is already. */
export const remoteImageInputs = {
  build: unsupported("build the image with docker.Image and use its repoDigest"),
  forceRemove: optional(boolean, update),
  keepLocally: optional(boolean, update),
  name: required(string),
  platform: optional(string),
  pullTriggers: optional(list(string)),
  triggers: optional(map),
};

export type RemoteImageInputs = ValuesOf<typeof remoteImageInputs>;
