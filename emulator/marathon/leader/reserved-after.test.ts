import type { TaskState } from "@drover/lib/mesos/types";
import { expect, test } from "vitest";
import type { Instance } from "../model/instance";
import { reservedAfter } from "./reserved-after";

const volumes = [{ containerPath: "data", persistenceId: "a#data#1", uuid: "1" }];
const zero = new Date(0).toISOString();

/** Launched for the `launch`-th time. */
const resident = (launch: number, more: Partial<Instance> = {}) =>
  ({ id: "a.instance-1", taskId: `a.instance-1._app.${launch}`, volumes, isConfirmed: true, ...more }) as Instance;

test.each<[string, Instance, TaskState, boolean]>([
  ["a task that fails", resident(1, { startedAt: zero }), "TASK_FAILED", true],
  ["a first launch that is refused", resident(1), "TASK_ERROR", false],
  ["a first launch that is lost", resident(1), "TASK_GONE", false],
  ["a first launch that Mesos never confirmed", resident(1, { isConfirmed: false }), "TASK_LOST", false],
  ["a first task that has run and is gone", resident(1, { startedAt: zero }), "TASK_GONE", true],
  ["a second launch that is lost", resident(2), "TASK_GONE", true],
  ["a second launch that is dropped", resident(2), "TASK_DROPPED", true],
  ["an agent that is gone for good", resident(2), "TASK_GONE_BY_OPERATOR", false],
  ["a task that is wiped", resident(2, { wipe: true }), "TASK_KILLED", false],
])("%s", (_, instance, state, stays) => {
  expect(reservedAfter(instance, state, true)?.state).toBe(stays ? "RESERVED" : undefined);
  expect(reservedAfter(instance, state, false)).toBeUndefined();
});
