import { expect, test } from "vitest";
import { type CheckResult, type Health, isHopeless, overallHealth, withResult } from "./health";
import { timerMs } from "./timer-delay";

const limits = { gracePeriodSeconds: 10, maxConsecutiveFailures: 2 };
const at = (second: number) => new Date(second * 1000).toISOString();
const ok: CheckResult = { isHealthy: true };
const bad: CheckResult = { isHealthy: false, cause: "refused" };

function play(results: [second: number, result: CheckResult][]): Health | undefined {
  return results.reduce<Health | undefined>(
    (health, [second, result]) => withResult(health, result, limits, at(0), at(second)),
    undefined,
  );
}

test("failures in the grace period do not count, until the first success", () => {
  expect(
    play([
      [1, bad],
      [9, bad],
    ]),
  ).toBeUndefined();
  expect(play([[10, bad]])).toMatchObject({ alive: false, consecutiveFailures: 1, lastFailureCause: "refused" });
  expect(
    play([
      [1, ok],
      [2, bad],
    ]),
  ).toMatchObject({ alive: false, consecutiveFailures: 1, firstSuccess: at(1) });
});

test("a success ends the row of failures", () => {
  expect(
    play([
      [1, ok],
      [2, bad],
      [3, bad],
      [4, ok],
    ]),
  ).toMatchObject({
    alive: true,
    consecutiveFailures: 0,
    firstSuccess: at(1),
    lastSuccess: at(4),
    lastFailure: at(3),
  });
});

test("more failures than allowed are hopeless; 0 allows any number", () => {
  const failures = (count: number): Health => ({ alive: false, consecutiveFailures: count });
  expect([2, 3].map((count) => isHopeless(failures(count), limits))).toEqual([false, true]);
  expect(isHopeless(failures(99), { ...limits, maxConsecutiveFailures: 0 })).toBe(false);
});

test.each<[(boolean | undefined)[], boolean | undefined]>([
  [[true, true], true],
  [[true, undefined], undefined],
  [[false, undefined], false],
  [[], undefined],
])("checks %j together: %s", (alive, overall) => {
  const health = alive.map((each) => (each === undefined ? undefined : { alive: each, consecutiveFailures: 0 }));
  expect(overallHealth(health)).toBe(overall);
});

test("a check is made at most every second, one of a very long interval not all the time", () => {
  expect([0, 0.5, 20, 1e12].map(timerMs)).toEqual([1_000, 1_000, 20_000, 2_147_483_647]);
});
