import * as parts from "./container-parts";
import { labels } from "./labels";
import { absolutePath, between, capability, each, keyValue, matching, objectName } from "./rules";
import type { ValuesOf } from "./types";
import { boolean, enumeration, integer, list, map, object, optional, required, set, string } from "./types";

/** Changed in Pulumi's state only, or in place by the engine's container update. */
const update = { change: "update" } as const;

/**
 * The inputs of a container. deviceReadBps and its kin, healthcheck, init and tmpfs are "update" in the official plugin,
 * but no engine can change them on a container that exists; here they replace it, so that the preview says what happens.
 */
export const containerInputs = {
  attach: optional(boolean, { ...update, default: false }),
  capabilities: optional(
    object({
      adds: optional(set(string), { rule: each(capability) }),
      drops: optional(set(string), { rule: each(capability) }),
    }),
  ),
  cgroupParent: optional(string),
  cgroupnsMode: optional(enumeration("private", "host") as typeof string),
  command: optional(list(string)),
  containerReadRefreshTimeoutMilliseconds: optional(integer, { ...update, default: 15000, rule: between(1) }),
  cpuPeriod: optional(integer, { ...update, rule: between(0) }),
  cpuQuota: optional(integer, { ...update, rule: between(-1) }),
  cpuSet: optional(string, { ...update, rule: matching(/^\d+([,-]\d+)*$/, "CPUs such as 0-1 or 0,2") }),
  cpuShares: optional(integer, { ...update, rule: between(0) }),
  cpus: optional(string, { rule: matching(/^\d+(\.\d+)?$/, "a decimal number such as 1.5") }),
  destroyGraceSeconds: optional(integer, { ...update, rule: between(0) }),
  deviceCgroupRules: optional(set(string), {
    rule: each(matching(/^[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}$/, 'a rule such as "b 7:* rwm"')),
  }),
  deviceReadBps: optional(set(parts.deviceRate)),
  deviceReadIops: optional(set(parts.deviceRate)),
  deviceRequests: optional(set(parts.deviceRequest)),
  deviceWriteBps: optional(set(parts.deviceRate)),
  deviceWriteIops: optional(set(parts.deviceRate)),
  devices: optional(set(parts.device)),
  dns: optional(list(string)),
  dnsOpts: optional(set(string)),
  dnsSearches: optional(list(string)),
  domainname: optional(string),
  entrypoints: optional(list(string)),
  envs: optional(set(string), { rule: each(keyValue) }),
  gpus: optional(string, { rule: matching(/^(all|device=[^,]+(,[^,]+)*)$/, "all or device=<id>[,<id>…]") }),
  groupAdds: optional(set(string)),
  healthcheck: optional(parts.healthcheck),
  hostname: optional(string),
  hosts: optional(set(parts.host)),
  image: required(string, { rule: matching(/\S/, "an image's name or id, not empty") }),
  init: optional(boolean),
  ipcMode: optional(string),
  labels: optional(labels),
  logDriver: optional(string),
  logOpts: optional(map),
  logs: optional(boolean, { ...update, default: false }),
  maxRetryCount: optional(integer, { ...update, rule: between(0) }),
  memory: optional(integer, { ...update, rule: between(0) }),
  memoryReservation: optional(integer, { ...update, rule: between(0) }),
  memorySwap: optional(integer, { ...update, rule: between(-1) }),
  mounts: optional(set(parts.mount)),
  mustRun: optional(boolean, { ...update, default: true }),
  name: optional(string, { rule: objectName }),
  networkMode: optional(string, { default: "bridge" }),
  networksAdvanced: optional(set(parts.networkAttachment)),
  pidMode: optional(string),
  platform: optional(string),
  ports: optional(list(parts.publishedPort)),
  privileged: optional(boolean),
  publishAllPorts: optional(boolean),
  readOnly: optional(boolean, { default: false }),
  removeVolumes: optional(boolean, { ...update, default: true }),
  restart: optional(enumeration("no", "on-failure", "always", "unless-stopped") as typeof string, {
    ...update,
    default: "no",
  }),
  rm: optional(boolean, { ...update, default: false }),
  runtime: optional(string),
  securityOpts: optional(set(string)),
  shmSize: optional(integer, { rule: between(0) }),
  start: optional(boolean, { ...update, default: true }),
  stdinOpen: optional(boolean, { default: false }),
  stopSignal: optional(string),
  stopTimeout: optional(integer, { rule: between(0) }),
  storageOpts: optional(map),
  sysctls: optional(map),
  tmpfs: optional(map),
  tty: optional(boolean, { default: false }),
  ulimits: optional(set(parts.ulimit)),
  uploads: optional(set(parts.upload)),
  user: optional(string),
  usernsMode: optional(string),
  volumes: optional(set(parts.volumeMount)),
  wait: optional(boolean, { ...update, default: false }),
  waitTimeout: optional(integer, { ...update, default: 60, rule: between(1) }),
  workingDir: optional(string, { rule: absolutePath }),
};

export type ContainerInputs = ValuesOf<typeof containerInputs>;
