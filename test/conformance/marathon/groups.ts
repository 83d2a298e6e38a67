import type { Json } from "@drover/emulator/framework/test/call-json";
import { expect, test } from "vitest";
import { base, deployment, type MarathonApi, sleeper } from "./api";

/** Groups: nested, with dependencies, deployed and removed whole. */
export function groupCalls(api: () => MarathonApi): void {
  const id = `${base}/shop`;
  const idle = { ...sleeper, instances: 0 };
  const group = {
    id,
    apps: [
      { id: "web", ...sleeper, dependencies: ["db"] },
      { id: "db", ...sleeper },
    ],
    groups: [{ id: "sub", apps: [{ id: "job", ...idle }] }],
  };

  test("a dry run shows the steps: dependencies come first", async () => {
    const { status, body } = await api().call("PUT", `/v2/groups${id}?dryRun=true`, group);
    expect(status).toBe(200);
    const sized = body.steps.flatMap(({ actions }: Json) =>
      actions.filter(({ action }: Json) => action === "ScaleApplication").map(({ app }: Json) => app),
    );
    expect(sized.indexOf(`${id}/db`)).toBeLessThan(sized.indexOf(`${id}/web`));
    expect(body.steps[0].actions.map(({ action }: Json) => action)).toContain("StartApplication");
    expect((await api().get(`/v2/groups${id}`)).status).toBe(404);
  });

  test("POST creates 201 in the order of dependencies; again is 409", async () => {
    const { status, headers, body } = await api().call("POST", "/v2/groups", group);
    expect([status, body]).toEqual([201, deployment]);
    expect(headers.get("location")).toMatch(new RegExp(`${id}$`));
    await api().finished(body.deploymentId);
    const [[db], [web]] = [await api().running(`${id}/db`), await api().running(`${id}/web`)];
    expect(db.startedAt <= web.stagedAt).toBe(true);
    const again = await api().call("POST", "/v2/groups", group);
    expect([again.status, again.body.message]).toEqual([409, expect.stringContaining(id)]);
  });

  test("GET shows what it holds; embed narrows that", async () => {
    const { body } = await api().get(`/v2/groups${id}`);
    expect(body).toMatchObject({ id, groups: [{ id: `${id}/sub` }], pods: [], dependencies: [] });
    expect(body.apps.map((app: Json) => app.id).sort()).toEqual([`${id}/db`, `${id}/web`]);
    expect(body.version).toEqual(deployment.version);
    const narrow = (await api().get(`/v2/groups${id}?embed=group.groups`)).body;
    expect(narrow).not.toHaveProperty("apps");
    const tasks = (await api().get(`/v2/groups${id}?embed=group.apps&embed=group.apps.tasks`)).body.apps;
    expect(tasks.every((app: Json) => app.tasks.length === 1)).toBe(true);
    expect((await api().get("/v2/groups")).body.id).toBe("/");
    expect(
      (await api().get(`/v2/groups${id}/apps`)).body.apps ?? (await api().get(`/v2/groups${id}/apps`)).body,
    ).toHaveLength(3);
    const none = await api().get(`/v2/groups${base}/none`);
    expect([none.status, none.body]).toEqual([404, { message: `Group '${base}/none' does not exist` }]);
  });

  test("PUT replaces the lists it gives, scaleBy multiplies, a version goes back", async () => {
    const before = (await api().get(`/v2/groups${id}/versions`)).body;
    const put = await api().call("PUT", `/v2/groups${id}`, { apps: [{ id: "db", ...sleeper }] });
    expect([put.status, put.body]).toEqual([200, deployment]);
    await api().finished(put.body.deploymentId);
    expect((await api().get(`/v2/apps${id}/web`)).status).toBe(404);
    expect((await api().get(`/v2/apps${id}/sub/job`)).status).toBe(200);
    const scaled = await api().call("PUT", `/v2/groups${id}`, { scaleBy: 2 });
    await api().finished(scaled.body.deploymentId);
    expect((await api().app(`${id}/db`)).instances).toBe(2);
    const { body: versions } = await api().get(`/v2/groups${id}/versions`);
    expect(versions).toContain(before[0]);
    expect((await api().get(`/v2/groups${id}/versions/${before[0]}`)).body.apps).toHaveLength(2);
    const dry = await api().call("PUT", `/v2/groups${id}?dryRun=true`, { version: before[0] });
    expect([dry.status, Object.keys(dry.body)]).toEqual([200, ["steps"]]);
    expect((await api().get(`/v2/apps${id}/web`)).status).toBe(404);
    const back = await api().call("PUT", `/v2/groups${id}`, { version: before[0] });
    expect([back.status, back.body]).toEqual([200, deployment]);
    await api().finished(back.body.deploymentId);
    expect((await api().app(`${id}/db`)).instances).toBe(1);
    expect((await api().get(`/v2/apps${id}/web`)).status).toBe(200);
    expect((await api().call("PUT", `/v2/groups${id}`, { version: "2015-01-01T00:00:00.000Z" })).status).toBe(404);
  });

  test("dependencies in a circle, foreign children and reserved names are refused", async () => {
    const circle = await api().call("PUT", `/v2/groups${base}/circle`, {
      apps: [
        { id: "a", ...idle, dependencies: ["b"] },
        { id: "b", ...idle, dependencies: ["a"] },
      ],
    });
    expect([circle.status, JSON.stringify(circle.body)]).toEqual([422, expect.stringMatching(/cyclic/i)]);
    const foreign = await api().call("PUT", `/v2/groups${base}/mine`, { apps: [{ id: `${base}/other/x`, ...idle }] });
    expect([foreign.status, JSON.stringify(foreign.body)]).toEqual([422, expect.stringMatching(/is not child of/)]);
  });

  test("DELETE removes it with all that is in it", async () => {
    const { status, body } = await api().call("DELETE", `/v2/groups${id}`);
    expect([status, body]).toEqual([200, deployment]);
    await api().finished(body.deploymentId);
    expect((await api().get(`/v2/groups${id}`)).status).toBe(404);
    expect((await api().get(`/v2/apps${id}/db`)).status).toBe(404);
  });
}
