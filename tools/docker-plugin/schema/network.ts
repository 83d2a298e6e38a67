import { labels } from "./labels";
import { objectName } from "./rules";
import { boolean, map, object, optional, set, string, type ValuesOf } from "./types";

export const networkInputs = {
  attachable: optional(boolean),
  driver: optional(string),
  ingress: optional(boolean),
  internal: optional(boolean),
  ipamConfigs: optional(
    set(
      object({
        auxAddress: optional(map),
        gateway: optional(string),
        ipRange: optional(string),
        subnet: optional(string),
      }),
    ),
  ),
  ipamDriver: optional(string, { default: "default" }),
  ipamOptions: optional(map),
  ipv6: optional(boolean),
  labels: optional(labels),
  name: optional(string, { rule: objectName }),
  options: optional(map),
};

export type NetworkInputs = ValuesOf<typeof networkInputs>;
