import type { Leader } from "./leader";

/** Who leads, as this instance knows it. */
export interface Leadership {
  /** Present once this instance leads and has read its state. */
  leader?: Leader;
  /** `host:port` of whoever leads. */
  address?: string;
}
