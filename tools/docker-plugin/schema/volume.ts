import { labels } from "./labels";
import { objectName } from "./rules";
import { map, optional, string, unsupported, type ValuesOf } from "./types";

export const volumeInputs = {
  cluster: unsupported("cluster volumes need a swarm; leave `cluster` out"),
  driver: optional(string),
  driverOpts: optional(map),
  labels: optional(labels),
  name: optional(string, { rule: objectName }),
};

export type VolumeInputs = ValuesOf<typeof volumeInputs>;
