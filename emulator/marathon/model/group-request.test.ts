import { expect, test } from "vitest";
import { appOf, rules } from "../test/sample-app";
import { readGroup, withPutGroup } from "./group-request";
import { emptyRoot, withSpec } from "./root";

const version = "2024-01-02T03:04:05.678Z";
const root = [appOf({ id: "/g/a", instances: 2 }), appOf({ id: "/g/s/b" }), appOf({ id: "/h/c" })].reduce(
  withSpec,
  emptyRoot(version),
);
const put = (id: string, body: object) => withPutGroup(root, id, readGroup(body), version, rules);

test("a list that is given replaces, one that is left out stays", () => {
  const apps = put("/g", { apps: [{ id: "new", cmd: "x" }] });
  expect([...apps.specs.keys()].sort()).toEqual(["/g/new", "/g/s/b", "/h/c"]);
  const groups = put("/g", { groups: [{ id: "t", apps: [{ id: "d", cmd: "x" }] }] });
  expect([...groups.specs.keys()].sort()).toEqual(["/g/a", "/g/t/d", "/h/c"]);
  expect([...groups.groups.keys()].sort()).toEqual(["/", "/g", "/g/t", "/h"]);
});

test("scaleBy multiplies every app of the group and no other", () => {
  const { specs } = put("/g", { scaleBy: 1.5 });
  expect([...specs.values()].map(({ instances }) => instances)).toEqual([3, 2, 1]);
});

test.each([
  [{ apps: [{ id: "/elsewhere/x", cmd: "x" }] }, "/apps"],
  [{ apps: [{ cmd: "x" }] }, "/id"],
  [{ pods: [{}] }, "/pods(0)/id"],
  [{ enforceRole: true }, "/enforceRole"],
  [{ groups: [{ apps: [] }] }, "/groups(0)/id"],
])("%j is refused at %s", (body, path) => {
  expect(() => put("/g", body)).toThrow(
    expect.objectContaining({
      body: expect.objectContaining({ details: expect.arrayContaining([expect.objectContaining({ path })]) }),
    }),
  );
});
