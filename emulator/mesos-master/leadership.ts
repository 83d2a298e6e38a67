import type { Logger } from "@drover/lib/log";
import type { MasterInfo } from "@drover/lib/mesos/types";
import type { Cluster } from "./cluster";
import type { Counters } from "./counters";
import type { MasterFlags } from "./flags";
import type { Registry } from "./registry";
import type { Watchers } from "./watchers";

/** What the parts of a leading master share. */
export interface Leadership {
  readonly info: MasterInfo;
  readonly flags: MasterFlags;
  readonly cluster: Cluster;
  readonly registry: Registry;
  readonly counters: Counters;
  readonly watchers: Watchers;
  readonly log: Logger;
}

/** Seconds since the epoch, with a fraction: the times of the API. */
export function nowSeconds(): number {
  return Date.now() / 1000;
}
