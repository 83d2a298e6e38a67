import type { ChronosApi } from "@drover/emulator/chronos/test/chronos-api";
import fc from "fast-check";
import { expect, test } from "vitest";
import { post } from "./jobs";
import { prefix } from "./target";

const later = "R/2035-01-02T03:00:00.000Z/PT24H";

export function errors(api: () => ChronosApi): void {
  const refused = async (method: string, path: string, body: unknown, message: RegExp) => {
    const answer = await api().call(method, path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(400);
    expect(answer.body).toMatchObject({ status: "Bad Request", message: expect.stringMatching(message) });
  };

  test.each([
    ["GET", "job/none"],
    ["PUT", "job/none"],
    ["DELETE", "job/none"],
    ["GET", "job/stat/none"],
  ])("%s %s of an unknown job is a bad request", (method, path) =>
    refused(method, path.replace("none", `${prefix}none`), undefined, /not found/),
  );

  test.each([
    ["no schedule at all", { schedule: "every day" }, /Cannot parse schedule 'every day'/],
    ["no period", { schedule: "R/2035-01-02T03:00:00Z" }, /Cannot parse schedule/],
    ["a start before 1970", { schedule: "R/1969-01-02T03:00:00Z/P1D" }, /before 1970/],
    ["a name of other letters", { name: "a:b" }, /name is invalid/],
    ["uris and fetch", { uris: ["a"], fetch: [{ uri: "b" }] }, /Tried to add both uri/],
  ])("POST iso8601 with %s", (_, change, message) =>
    refused("POST", "iso8601", { name: `${prefix}wrong`, schedule: later, ...change }, message),
  );

  test("POST dependency without parents, or after itself", async () => {
    await post(api(), "iso8601", { name: `${prefix}top`, schedule: later });
    await post(api(), "dependency", { name: `${prefix}below`, parents: [`${prefix}top`] });
    await refused("POST", "dependency", { name: `${prefix}below`, parents: [] }, /parent does not exist/);
    await refused("POST", "dependency", { name: `${prefix}top`, parents: [`${prefix}below`] }, /cycle/);
  });

  test("what cannot be read is refused, and nothing of it remains", async () => {
    for (const body of ["", "{", "[]", "null", '"x"', "7", '{"name":{}}']) {
      const { status } = await api().call("POST", "iso8601", body);
      expect(status, body).toBe(400);
    }
    const large = { name: `${prefix}large`, schedule: later, command: "x".repeat(600_000) };
    expect((await api().call("POST", "iso8601", large)).status).toBe(400);
    expect((await api().get(`job/${prefix}large`)).status).toBe(400);
    const huge = { ...large, command: "x".repeat(2_000_000) };
    expect((await api().call("POST", "iso8601", huge)).status).toBeGreaterThanOrEqual(400);
  });

  test("another content type is not JSON", async () => {
    const plain = await api().call("POST", "iso8601", "{}", { "Content-Type": "text/plain" });
    expect(plain.status).toBe(415);
  });

  test("whatever is sent, the answer is no fault of the server's", async () => {
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom(0, -1, Number.POSITIVE_INFINITY, "", "R/x/P", "9".repeat(400), [[]]),
    );
    const keys = [
      ...["command", "shell", "arguments", "retries", "cpus", "mem", "disk", "disabled", "async", "fetch", "uris"],
      ...["environmentVariables", "constraints", "container", "schedule", "scheduleTimeZone", "parents", "lastError"],
      ...["successCount", "maxCompletionTime", "runAsUser", "executor", "gpus", "owner", "lastSuccess", "name"],
    ];
    const change = fc.dictionary(fc.constantFrom(...keys), odd, { minKeys: 1, maxKeys: 4 });
    const kind = fc.constantFrom("iso8601", "dependency", "job/x/task/y/progress", "task/ct:1:0:x:");
    const method = fc.constantFrom("POST", "PUT");
    await fc.assert(
      fc.asyncProperty(method, kind, change, async (verb, path, fields) => {
        const job = { name: `${prefix}fuzz`, schedule: later, disabled: true, ...fields };
        const { status } = await api().call(verb, path, job);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 300 },
    );
    const paths = fc.webPath().map((path) => `/v1/scheduler${path}`);
    const verbs = fc.constantFrom("GET", "PUT", "POST", "DELETE", "PATCH");
    const isHarmless = (path: string) => !path.includes("conformance");
    await fc.assert(
      fc.asyncProperty(verbs, paths.filter(isHarmless), async (verb, path) => {
        expect((await api().call(verb, path)).status).toBeLessThan(500);
      }),
      { numRuns: 100 },
    );
    expect((await api().get("jobs")).status).toBe(200);
    for (const { name } of (await api().get("jobs")).body) {
      if (!name.startsWith(prefix)) await api().call("DELETE", `job/${name}`);
    }
  }, 60_000);
}
