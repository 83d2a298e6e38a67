import type { Leader } from "./leader";

/** Who leads, as this instance knows it. */
export interface Leadership {
  /** This instance leads (it may still be reading its state). */
  isElected: boolean;
  /** Present once this instance leads and has read its state. */
  leader?: Leader;
  /** `host:port` of whoever leads. */
  address?: string;
}
