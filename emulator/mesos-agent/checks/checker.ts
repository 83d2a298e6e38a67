import { isDeepStrictEqual } from "node:util";
import type { CheckInfo } from "@drover/lib/mesos/types";
import { limitMs, type ProbeResult } from "./probe";
import { repeat } from "./repeat";

/** `check_status` of a task status: empty below its type as long as there is no result. */
export function checkStatus(type: CheckInfo["type"], result?: ProbeResult): Record<string, unknown> {
  switch (result?.type) {
    case "COMMAND":
      return { type, command: { exit_code: result.exitCode } };
    case "HTTP":
      return { type, http: { status_code: result.statusCode } };
    case "TCP":
      return { type, tcp: { succeeded: result.succeeded } };
    case undefined:
      return { type, [type.toLowerCase()]: {} };
  }
}

/**
 * Checks a task until the returned function is called, and reports each result that differs from the one before.
 * @param ask one question with its time limit in milliseconds; a rejection means that there is no result
 * @param known the result that was reported last
 */
export function startChecks(
  check: CheckInfo,
  ask: (limitMs: number) => Promise<ProbeResult>,
  onResult: (status: Record<string, unknown>) => void,
  known: Record<string, unknown> = checkStatus(check.type),
): () => void {
  const { type, delay_seconds = 15, interval_seconds = 10, timeout_seconds = 20 } = check;
  let last = known;
  let stopped = false;
  const stop = repeat(delay_seconds, interval_seconds, async () => {
    const status = checkStatus(type, await ask(limitMs(timeout_seconds)).catch(() => undefined));
    if (!stopped && !isDeepStrictEqual(status, last)) {
      last = status;
      onResult(status);
    }
  });
  return () => {
    stopped = true;
    stop();
  };
}
