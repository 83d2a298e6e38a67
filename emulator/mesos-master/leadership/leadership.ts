import type { Logger } from "@drover/lib/log";
import type { MasterInfo } from "@drover/lib/mesos/types";
import type { Cluster } from "../cluster";
import type { Counters } from "../counters";
import type { MasterFlags } from "../flags";
import type { Watchers } from "../views/watchers";
import type { Registry } from "./registry";

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
