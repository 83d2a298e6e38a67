import type { HealthCheck } from "@drover/lib/marathon/types";

/** What is known of one task by one health check. Times are ISO 8601. */
export interface Health {
  consecutiveFailures: number;
  firstSuccess?: string;
  lastSuccess?: string;
  lastFailure?: string;
  lastFailureCause?: string;
  alive: boolean;
}

/** Result of one check; a failure has a cause. */
export type CheckResult = { isHealthy: true } | { isHealthy: false; cause: string };

type Limits = Pick<HealthCheck, "gracePeriodSeconds" | "maxConsecutiveFailures">;

/**
 * Takes in one result.
 * @param startedAt when the task began to run
 * @returns the health before the first result that counts stays undefined: failures of a task that has never been
 * healthy do not count within its grace period
 */
export function withResult(
  health: Health | undefined,
  result: CheckResult,
  limits: Limits,
  startedAt: string,
  now: string,
): Health | undefined {
  if (result.isHealthy) {
    return {
      ...health,
      consecutiveFailures: 0,
      alive: true,
      firstSuccess: health?.firstSuccess ?? now,
      lastSuccess: now,
    };
  }
  const graceEnds = Date.parse(startedAt) + limits.gracePeriodSeconds * 1000;
  if (health?.firstSuccess === undefined && Date.parse(now) < graceEnds) return health;
  return {
    ...health,
    consecutiveFailures: (health?.consecutiveFailures ?? 0) + 1,
    alive: false,
    lastFailure: now,
    lastFailureCause: result.cause,
  };
}

/** True when so many failures in a row mean that the task is to be replaced. */
export function isHopeless(health: Health, { maxConsecutiveFailures }: Limits): boolean {
  return maxConsecutiveFailures > 0 && health.consecutiveFailures > maxConsecutiveFailures;
}

/** All checks together: undefined while one has no result yet and none has failed. */
export function overallHealth(all: readonly (Health | undefined)[]): boolean | undefined {
  if (all.some((health) => health?.alive === false)) return false;
  return all.length > 0 && all.every((health) => health?.alive) ? true : undefined;
}
