import { expect, test } from "vitest";
import type { Instance } from "../model/instance";
import { overdue } from "./overdue";
import { isGivenUp, isToBeForgotten } from "./unreachable";

const zero = new Date(0).toISOString();
const instance = (more: Partial<Instance>) =>
  ({ stagedAt: zero, goal: "run", state: "TASK_STAGING", ...more }) as Instance;

test.each<[Partial<Instance>, number, string | undefined]>([
  [{ isConfirmed: false }, 99, undefined],
  [{ isConfirmed: false }, 100, "lost"],
  [{ isConfirmed: true }, 199, undefined],
  [{ isConfirmed: true, state: "TASK_STARTING" }, 200, "late"],
  [{ isConfirmed: true, state: "TASK_RUNNING" }, 900, undefined],
  [{ isConfirmed: true, goal: "stop" }, 900, undefined],
])("a task %j after %d ms is %s", (more, nowMs, verdict) => {
  expect(overdue(instance(more), { launchMs: 200, confirmMs: 100 }, nowMs)).toBe(verdict);
});

test("a task on a lost agent is replaced, then forgotten, when its app says so", () => {
  const away = instance({ unreachableSince: zero });
  const strategy = { inactiveAfterSeconds: 5, expungeAfterSeconds: 9 };
  const at = (seconds: number) => [
    isGivenUp(away, strategy, seconds * 1000),
    isToBeForgotten(away, strategy, seconds * 1000),
  ];
  expect([at(4), at(5), at(9)]).toEqual([
    [false, false],
    [true, false],
    [true, true],
  ]);
  expect(isGivenUp(away, "disabled", 1e12)).toBe(false);
  expect(isGivenUp(instance({}), { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 }, 1e12)).toBe(false);
});
