import { labels } from "./labels";
import { absolutePath, between, duration, matching, port } from "./rules";
import {
  boolean,
  enumeration,
  integer,
  list,
  map,
  object,
  optional,
  required,
  set,
  string,
  type ValuesOf,
} from "./types";

/** The nested types of a container's inputs. */

export const deviceRate = object({ path: required(string), rate: required(integer, { rule: between(0) }) });

export const deviceRequest = object({
  capabilities: optional(set(string)),
  count: optional(integer),
  deviceIds: optional(set(string)),
  driver: optional(string),
  options: optional(map),
});

export const device = object({
  containerPath: optional(string),
  hostPath: required(string, { rule: absolutePath }),
  permissions: optional(string, { default: "rwm", rule: matching(/^[rwm]{1,3}$/, "letters out of r, w and m") }),
});

export const healthcheck = object({
  interval: optional(string, { default: "0s", rule: duration }),
  retries: optional(integer, { default: 0, rule: between(0) }),
  startInterval: optional(string, { default: "0s", rule: duration }),
  startPeriod: optional(string, { default: "0s", rule: duration }),
  tests: optional(list(string)),
  timeout: optional(string, { default: "0s", rule: duration }),
});

export const host = object({ host: required(string), ip: required(string) });

const mountProperties = {
  bindOptions: optional(object({ propagation: optional(string) })),
  readOnly: optional(boolean),
  source: optional(string),
  target: required(string, { rule: absolutePath }),
  tmpfsOptions: optional(object({ mode: optional(integer), sizeBytes: optional(integer) })),
  type: required(enumeration("bind", "volume", "tmpfs") as typeof string),
  volumeOptions: optional(
    object({
      driverName: optional(string),
      driverOptions: optional(map),
      labels: optional(labels),
      noCopy: optional(boolean),
      subpath: optional(string),
    }),
  ),
};
export const mount = object(mountProperties);
export type Mount = ValuesOf<typeof mountProperties>;

const networkAttachmentProperties = {
  aliases: optional(set(string)),
  driverOpts: optional(set(string)),
  gwPriority: optional(integer),
  ipv4Address: optional(string),
  ipv6Address: optional(string),
  linkLocalIps: optional(set(string)),
  macAddress: optional(string),
  name: required(string),
};
export const networkAttachment = object(networkAttachmentProperties);
export type NetworkAttachment = ValuesOf<typeof networkAttachmentProperties>;

export const publishedPort = object({
  external: optional(integer, { rule: port }),
  internal: required(integer, { rule: port }),
  ip: optional(string, { default: "0.0.0.0" }),
  protocol: optional(enumeration("tcp", "udp", "sctp") as typeof string, { default: "tcp" }),
});

export const ulimit = object({ hard: required(integer), name: required(string), soft: required(integer) });

const uploadProperties = {
  content: optional(string),
  contentBase64: optional(string),
  executable: optional(boolean, { default: false }),
  file: required(string, { rule: absolutePath }),
  group: optional(string),
  owner: optional(string),
  permissions: optional(string, { rule: matching(/^[0-7]{3,4}$/, "an octal mode such as 0644") }),
  source: optional(string),
  sourceHash: optional(string),
};
export const upload = object(uploadProperties);
export type Upload = ValuesOf<typeof uploadProperties>;

const volumeMountProperties = {
  containerPath: optional(string, { rule: absolutePath }),
  fromContainer: optional(string),
  hostPath: optional(string, { rule: absolutePath }),
  readOnly: optional(boolean),
  selinuxRelabel: optional(enumeration("z", "Z") as typeof string),
  volumeName: optional(string),
};
export const volumeMount = object(volumeMountProperties);
export type VolumeMount = ValuesOf<typeof volumeMountProperties>;
