import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { errors } from "./errors";
import { jobCalls } from "./jobs";
import { runs } from "./runs";
import { clear, startTarget, type Target } from "./target";

/** One Chronos for all: `CHRONOS_URL=http://host:4400 npx vitest run test/conformance/chronos`. */
describe("Chronos' API", () => {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget();
    await clear(target.api);
  }, 90_000);
  afterAll(() => target?.remove(), 60_000);
  afterEach(({ task }) => {
    if (task.result?.state === "fail") process.stdout.write(target.logs());
  });

  const api = () => target.api;
  test("/ping, /metrics, leader and the page", async () => {
    expect((await api().get("/ping")).body.trim()).toBe("pong");
    expect((await api().get("/metrics")).body).toMatchObject({ gauges: {}, counters: {}, histograms: {} });
    expect((await api().get("leader")).body).toEqual({ leader: expect.stringMatching(/^[^:]+:\d+$/) });
    expect((await api().get("/")).headers.get("content-type")).toContain("text/html");
  });
  describe("jobs", () => jobCalls(api));
  describe("runs", () => runs(api));
  describe("errors", () => errors(api));
});
