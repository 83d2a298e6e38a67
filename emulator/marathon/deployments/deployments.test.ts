import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Instance } from "../model/instance";
import { emptyRoot, type GroupInfo, type Root, withoutSpec, withSpec } from "../model/root";
import { recordOf } from "../state/history";
import { appOf } from "../test/sample-app";
import { LaunchDelays } from "./launch-delays";
import { scaleMoves, type TaskView, upgradeLimits, upgradeMoves } from "./moves";
import { changesBetween, planSteps } from "./plan";
import { rolledBack } from "./rollback";

describe("a plan", () => {
  const before = [
    appOf({ id: "/old" }),
    appOf({ id: "/same" }),
    appOf({ id: "/changed" }),
    appOf({ id: "/scaled" }),
  ].reduce(withSpec, emptyRoot("v0"));
  const later = "2025-01-01T00:00:00.000Z";
  const scaled = { ...appOf({ id: "/scaled", instances: 2 }), version: later };
  const changed = appOf({ id: "/changed", cmd: "y", dependencies: ["/new"] }, later);
  const after = [
    appOf({ id: "/new" }, later),
    changed,
    { ...scaled, versionInfo: { lastScalingAt: later, lastConfigChangeAt: "2024-01-02T03:04:05.678Z" } },
  ].reduce(withSpec, withoutSpec(before, "/old"));

  test("stops what goes, starts what is new, then sizes each after those it depends on", () => {
    const changes = changesBetween(before, after);
    expect(changes.map(({ id }) => id).sort()).toEqual(["/changed", "/new", "/old", "/scaled"]);
    expect(planSteps(changes, after)).toEqual([
      [{ kind: "Stop", id: "/old", isPod: false }],
      [{ kind: "Start", id: "/new", isPod: false }],
      [
        { kind: "Scale", id: "/scaled", isPod: false },
        { kind: "Scale", id: "/new", isPod: false },
      ],
      [{ kind: "Restart", id: "/changed", isPod: false }],
    ]);
  });
});

describe("a rollback", () => {
  const version = "2024-01-02T03:04:05.678Z";
  const group = (id: string, ...dependencies: string[]) => ({ id, dependencies, version });
  const root = (...groups: GroupInfo[]): Root => ({
    specs: new Map(),
    groups: new Map([group("/"), ...groups].map((each) => [each.id, each])),
  });
  const backIn = (before: Root, after: Root, now = after) => {
    const { groups } = recordOf("v", [], before, after);
    return [...rolledBack(now, changesBetween(before, after), groups).groups.values()].filter(({ id }) => id !== "/");
  };

  test("brings groups back with what they had", () => {
    const before = root(group("/a", "/b"), group("/a/c", "/b"));
    expect(backIn(before, root())).toEqual([group("/a", "/b"), group("/a/c", "/b")]);
    expect(backIn(before, root(group("/a"), group("/a/c", "/b")))).toEqual([...before.groups.values()].slice(1));
  });

  test("removes groups that came with the deployment, unless others have come into them or changed them", () => {
    const after = withSpec(root(), appOf({ id: "/a/b/app" }));
    expect(backIn(root(), after)).toEqual([]);
    const later = withSpec(after, appOf({ id: "/a/later" }));
    expect(backIn(root(), after, later).map(({ id }) => id)).toEqual(["/a"]);
    const changed = { ...after, groups: new Map(after.groups).set("/a/b", group("/a/b", "/x")) };
    expect(backIn(root(), after, changed)).toContainEqual(group("/a/b", "/x"));
  });
});

let counter = 0;
function task(isUpToDate: boolean, isServing: boolean, more: Partial<Instance> = {}): TaskView {
  const id = `i${String(counter++).padStart(9, "0")}`;
  const instance = { id, goal: "run", stagedAt: id, ...more } as Instance;
  return { instance, isUpToDate, isServing, isCounted: instance.goal === "run" };
}

/** Heads or tails, the same for the same seed (a linear congruential generator). */
function coin(seed: number): () => boolean {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state > 0x7fffffff;
  };
}

describe("an upgrade", () => {
  test.each([
    [4, 1, 1, { minimumHealthy: 4, capacity: 8 }],
    [4, 0.5, 0, { minimumHealthy: 2, capacity: 4 }],
    [3, 0.5, 0.5, { minimumHealthy: 2, capacity: 4 }],
    [1, 1, 0, { minimumHealthy: 1, capacity: 2 }],
    [1, 0.5, 0, { minimumHealthy: 1, capacity: 2 }],
    [1, 0, 0, { minimumHealthy: 0, capacity: 1 }],
  ])("of %d with %d healthy and %d over", (instances, minimumHealthCapacity, maximumOverCapacity, limits) => {
    expect(upgradeLimits(instances, { minimumHealthCapacity, maximumOverCapacity })).toEqual(limits);
  });

  test("never has too few that serve nor too many at all, and comes to an end", () => {
    const share = fc.constantFrom(0, 0.25, 0.5, 0.75, 1);
    const setting = fc.record({
      instances: fc.integer({ min: 1, max: 8 }),
      old: fc.integer({ min: 0, max: 10 }),
      upgradeStrategy: fc.record({ minimumHealthCapacity: share, maximumOverCapacity: share }),
      killSelection: fc.constantFrom("YOUNGEST_FIRST" as const, "OLDEST_FIRST" as const),
    });
    fc.assert(
      fc.property(setting, fc.nat(), ({ old, ...app }, seed) => {
        const happens = coin(seed);
        const limits = upgradeLimits(app.instances, app.upgradeStrategy);
        let tasks = Array.from({ length: old }, () => task(false, true));
        const floor = Math.min(old, limits.minimumHealthy);
        for (let round = 0; round < 500; round++) {
          const moves = upgradeMoves(app, tasks);
          if (moves.isDone) {
            expect(tasks.map(({ isUpToDate, isServing }) => isUpToDate && isServing)).toEqual(
              Array(app.instances).fill(true),
            );
            return;
          }
          const doomed = new Set(moves.kill.map(({ id }) => id));
          const stop = (each: TaskView): TaskView =>
            doomed.has(each.instance.id)
              ? { ...each, isServing: false, isCounted: false, instance: { ...each.instance, goal: "stop" } }
              : each;
          tasks = [...tasks.map(stop), ...Array.from({ length: moves.launch }, () => task(true, false))];
          expect(tasks.filter(({ isServing }) => isServing).length).toBeGreaterThanOrEqual(floor);
          expect(tasks.length).toBeLessThanOrEqual(Math.max(old, limits.capacity));
          // Meanwhile some come to serve and some of those that were told to stop are gone.
          tasks = tasks
            .filter((each) => each.instance.goal === "run" || happens())
            .map((each) => (each.instance.goal === "run" && happens() ? { ...each, isServing: true } : each));
        }
        expect.unreachable("the upgrade does not end");
      }),
    );
  });
});

describe("scaling", () => {
  const app = { instances: 2, killSelection: "YOUNGEST_FIRST" as const };
  const [oldest, middle, youngest] = [task(true, true), task(true, true), task(true, true)];

  test("gives up those that do not serve first, then by age", () => {
    const sick = task(true, false, { stagedAt: "a" });
    expect(scaleMoves({ ...app, instances: 1 }, [oldest, sick, youngest], "").kill).toEqual([
      sick.instance,
      youngest.instance,
    ]);
    const oldestFirst = { instances: 2, killSelection: "OLDEST_FIRST" as const };
    expect(scaleMoves(oldestFirst, [oldest, middle, youngest], "").kill).toEqual([oldest.instance]);
  });

  test("waits for new tasks to serve, not for old ones, and for those told to stop to end", () => {
    const sick = task(true, false, { stagedAt: "a" });
    expect(scaleMoves(app, [oldest, sick], "b").isDone).toBe(true);
    expect(scaleMoves(app, [oldest, sick], "a").isDone).toBe(false);
    expect(scaleMoves(app, [oldest, middle, task(true, false, { goal: "stop" })], "a").isDone).toBe(false);
    expect(scaleMoves(app, [oldest], "")).toEqual({ launch: 1, kill: [], isDone: false });
  });
});

test("launches are delayed more after each failure, up to the limit, until a task lasts or the app changes", () => {
  const delays = new LaunchDelays();
  const app = appOf({ backoffSeconds: 2, backoffFactor: 2, maxLaunchDelaySeconds: 5 });
  const lefts = [0, 1, 2].map(() => {
    delays.failed(app, 0);
    return delays.leftMs(app, 0);
  });
  expect(lefts).toEqual([2000, 4000, 5000]);
  expect(delays.leftMs(app, 4000)).toBe(1000);
  expect(delays.leftMs({ ...app, version: "2025-01-01T00:00:00.000Z" }, 0)).toBe(0);
  delays.succeeded(app, 4);
  expect(delays.leftMs(app, 0)).toBe(5000);
  delays.succeeded(app, 5);
  expect(delays.leftMs(app, 0)).toBe(0);
});

test("what fails of an old configuration neither delays the new one nor ends its delay", () => {
  const delays = new LaunchDelays();
  const [old, fresh] = [appOf({ backoffSeconds: 1 }), appOf({ backoffSeconds: 8 }, "2025-01-01T00:00:00.000Z")];
  delays.failed(fresh, 0);
  delays.failed(old, 0);
  expect([delays.leftMs(fresh, 0), delays.leftMs(old, 0)]).toEqual([8000, 1000]);
  delays.keepOnly(fresh);
  expect([delays.leftMs(fresh, 0), delays.leftMs(old, 0)]).toEqual([8000, 0]);
  delays.reset(fresh.id);
  expect(delays.leftMs(fresh, 0)).toBe(0);
});
