import type { ExecutorInfo } from "@drover/lib/mesos/types";

/** The default executor's container, which holds those of its tasks. */
export interface PodInfo {
  /** With framework_id. */
  executor: ExecutorInfo;
  containerId: string;
  /** The executor's sandbox on the host; those of its tasks are below `containers`. */
  sandbox: string;
}
