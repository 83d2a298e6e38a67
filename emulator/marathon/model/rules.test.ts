import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { appOf } from "../test/sample-app";
import { withVersion } from "./app-change";
import { dependenciesOf, dependencyLevels } from "./dependencies";
import { parseLabelSelector } from "./label-selector";
import { absoluteId, ancestorsOf, isWithin, mesosName, parentOf, problemsOfAppId, underscored } from "./path-id";
import { appPorts } from "./ports";
import { emptyRoot, withoutGroup, withSpec } from "./root";
import { rootProblems } from "./root-validation";
import { assignServicePorts } from "./service-ports";
import { VersionClock } from "./timestamp";

const version = "2024-01-02T03:04:05.678Z";

describe("ids", () => {
  test.each([
    ["a", "/", "/a"],
    ["a/b", "/g", "/g/a/b"],
    ["/a//b/", "/g", "/a/b"],
    ["../b", "/g/h", "/g/b"],
  ])("%s in %s is %s", (id, base, absolute) => expect(absoluteId(id, base)).toBe(absolute));

  test("give names", () => {
    expect(mesosName("/prod/web")).toBe("web.prod");
    expect(underscored("/prod/web")).toBe("prod_web");
    expect([parentOf("/a/b"), parentOf("/a"), ancestorsOf("/a/b")]).toEqual(["/a", "/", ["/", "/a"]]);
    expect([isWithin("/ab", "/a"), isWithin("/a/b", "/a"), isWithin("/x", "/")]).toEqual([false, true, true]);
  });

  test.each(["/a", "/a-b/c.d", "/1", "/a/b/c"])("%s is valid", (id) => expect(problemsOfAppId(id)).toEqual([]));
  test.each(["/", "/A", "/a_b", "/-a", "/a-", "/a/restart", "/a b", "/ä"])("%s is not", (id) =>
    expect(problemsOfAppId(id)).toHaveLength(1),
  );
});

describe("label selectors", () => {
  const labels = { tier: "web", env: "prod", empty: "" };
  test.each([
    ["tier==web", true],
    ["tier != web", false],
    ["none!=x", true],
    ["tier in (web,db), env==prod", true],
    ["tier notin (web, db)", false],
    ["none notin (a)", true],
    ["empty", true],
    ["none", false],
  ])("%s: %s", (selector, fits) => expect(parseLabelSelector(selector)(labels)).toBe(fits));
  test.each(["", "a=b", "a in b", "a in (b", "a==b==c"])("%j is refused", (selector) =>
    expect(() => parseLabelSelector(selector)).toThrow("is not a label selector"),
  );
});

test("service ports are unique, given ones stay, former ones are kept, none is asked for twice", () => {
  const ports = fc.array(fc.constantFrom(0, 0, 0, 101, 102), { maxLength: 3 });
  fc.assert(
    fc.property(fc.array(ports, { maxLength: 5 }), fc.array(ports, { maxLength: 5 }), (before, now) => {
      const apps = (lists: number[][]) =>
        lists.map((list, index) =>
          appOf({ id: `/a${index}`, portDefinitions: [...new Set(list)].map((port) => ({ port })) }),
        );
      const range = { first: 100, last: 200 };
      const old = assignServicePorts(apps(before), new Map(), range);
      const wanted = apps(now);
      const assigned = assignServicePorts(wanted, new Map(old.map((app) => [app.id, app])), range);
      const given = new Set(wanted.flatMap((app) => appPorts(app).map((port) => port.servicePort)).filter(Boolean));
      const all = assigned.flatMap((app) => appPorts(app).map((port) => port.servicePort));
      const dynamic = all.filter((port) => !given.has(port));
      expect(all.every((port) => port >= 100 && port <= 200)).toBe(true);
      expect(new Set(dynamic).size).toBe(dynamic.length);
      const again = assignServicePorts(apps(now), new Map(assigned.map((app) => [app.id, app])), range);
      expect(again).toEqual(assigned);
    }),
  );
});

test("no service port left is an error that names the range", () => {
  expect(() => assignServicePorts([appOf({}), appOf({ id: "/b" })], new Map(), { first: 1, last: 1 })).toThrow(
    "no service port is free from 1 to 1",
  );
});

describe("versions", () => {
  test("a change of the number alone leaves the configuration's version", () => {
    const app = appOf({ instances: 1 });
    const { version: _version, ...bare } = app;
    expect(withVersion(bare, app, "2025-01-01T00:00:00.000Z")).toBe(app);
    const scaled = withVersion({ ...bare, instances: 2 }, app, "2025-01-01T00:00:00.000Z");
    expect(scaled.versionInfo).toEqual({ lastScalingAt: "2025-01-01T00:00:00.000Z", lastConfigChangeAt: version });
    const relabelled = withVersion({ ...bare, labels: { a: "b" } }, scaled, "2026-01-01T00:00:00.000Z");
    expect(relabelled.versionInfo?.lastConfigChangeAt).toBe("2026-01-01T00:00:00.000Z");
  });

  test("each is later than the last, whatever the clock does", () => {
    const times = [5, 5, 3, 20];
    const clock = new VersionClock(() => times.shift() ?? 0);
    const given = [clock.next(), clock.next(), clock.next(), clock.next()];
    expect(given).toEqual([...new Set(given)].sort());
    clock.observe("2030-01-01T00:00:00.000Z");
    expect(clock.next() > "2030-01-01T00:00:00.000Z").toBe(true);
  });
});

describe("groups", () => {
  const root = [
    appOf({ id: "/g/db" }),
    appOf({ id: "/g/web", dependencies: ["db"] }),
    appOf({ id: "/front", dependencies: ["/g"] }),
  ].reduce(withSpec, emptyRoot(version));

  test("dependencies on apps and groups give the order", () => {
    expect(dependencyLevels(dependenciesOf(root, [...root.specs.keys()]))).toEqual([["/g/db"], ["/g/web"], ["/front"]]);
    expect(rootProblems(root)).toEqual([]);
  });

  test("circles and ids that are app and group at once are refused", () => {
    const circle = withSpec(root, appOf({ id: "/g/db", dependencies: ["web"] }));
    expect(rootProblems(circle)).toEqual([{ path: "/dependencies", errors: [expect.stringContaining("cyclic")] }]);
    const both = withSpec(root, appOf({ id: "/g" }));
    expect(rootProblems(both)[0]?.errors[0]).toContain("/g is both");
  });

  test("a group goes with all that is in it, the root group stays", () => {
    const group = { id: "/g/sub", dependencies: [], version };
    const rest = withoutGroup({ ...root, groups: new Map(root.groups).set(group.id, group) }, "/g");
    expect([...rest.specs.keys()]).toEqual(["/front"]);
    expect([...rest.groups.keys()]).toEqual(["/"]);
    expect([...withoutGroup(root, "/").groups.keys()]).toEqual(["/"]);
  });
});
