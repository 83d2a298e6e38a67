import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { appSchema } from "./model/app-schema";
import { groupSchema } from "./model/group-request";
import { podSchema } from "./model/pod-schema";
import type { MarathonProcess } from "./test/marathon-process";
import { nearly } from "./test/schema-arbitrary";
import { TestCluster } from "./test/test-cluster";

let cluster: TestCluster;
let marathon: MarathonProcess;
beforeAll(async () => {
  cluster = await TestCluster.start();
  marathon = await cluster.marathon("/fuzz");
  await marathon.leads();
}, 60_000);
afterAll(() => cluster?.mesos.remove(), 30_000);

const ids = z.object({ ids: z.array(z.string()) });
const calls: [method: string, path: string, schema: z.ZodType, runs: number][] = [
  ["POST", "/v2/apps", appSchema, 120],
  ["PUT", "/v2/apps/fuzz/app?force=true", appSchema, 80],
  ["PATCH", "/v2/apps", z.array(appSchema), 30],
  ["POST", "/v2/groups", groupSchema, 40],
  ["PUT", "/v2/groups/fuzz/group?force=true", groupSchema, 60],
  ["POST", "/v2/pods", podSchema, 80],
  ["PUT", "/v2/pods/fuzz/pod", podSchema, 30],
  ["POST", "/v2/tasks/delete", ids, 30],
  ["DELETE", "/v2/pods/fuzz/pod::instances", z.array(z.string()), 10],
];

/** What happens to be valid is deployed; everything else is refused, and this Marathon lives on. */
test.each(calls)(
  "%s %s",
  async (method, path, schema, numRuns) => {
    const answered = fc.asyncProperty(nearly(schema), async (value) => {
      const { status, body } = await marathon.call(method, path, JSON.stringify(value));
      const isTaken = status >= 200 && status < 300;
      if (!isTaken) expect(body.message, `${status}`).toEqual(expect.any(String));
      expect(isTaken || (status >= 400 && status < 500), `${status} ${JSON.stringify(body)}`).toBe(true);
    });
    await fc.assert(answered, { numRuns, interruptAfterTimeLimit: 15_000 });
    expect((await marathon.get("/ping")).status).toBe(200);
  },
  60_000,
);

test.each(["%", "%00", "a".repeat(20_000), "..%2f..%2fetc", "x::status::versions", "%E0%A4%A"])(
  "the path %j",
  async (id) => {
    for (const path of [
      `/v2/apps/${id}`,
      `/v2/groups/${id}`,
      `/v2/pods/${id}`,
      `/v2/queue/${id}/delay`,
      `/v2/deployments/${id}`,
    ]) {
      for (const method of ["GET", "DELETE", "PUT"]) {
        const { status } = await marathon.call(method, path, method === "PUT" ? "{}" : undefined);
        expect([status >= 200 && status < 500, `${method} ${path.slice(0, 60)} ${status}`]).toEqual([
          true,
          expect.any(String),
        ]);
      }
    }
  },
);
