import { afterAll, afterEach, beforeAll, describe } from "vitest";
import type { MarathonApi } from "./api";
import { appCalls } from "./apps";
import { definitions } from "./definitions";
import { deploymentCalls } from "./deployments";
import { errors } from "./errors";
import { eventStream } from "./events";
import { groupCalls } from "./groups";
import { podCalls } from "./pods";
import { queueCalls } from "./queue";
import { systemCalls } from "./system";
import { startTarget, type Target } from "./target";
import { taskCalls } from "./tasks";
import { persistentVolumes } from "./volumes";

/** One Marathon for all: `MARATHON_URL=http://host:8080 npx vitest run test/conformance/marathon`. */
describe("Marathon's API", () => {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget();
    await target.api.clear();
  }, 90_000);
  afterAll(() => target?.remove(), 60_000);
  afterEach(({ task }) => {
    if (task.result?.state === "fail") process.stdout.write(target.logs());
  });

  const api = (): MarathonApi => target.api;
  describe("/v2/info, /v2/leader, /ping and the rest", () => systemCalls(api));
  describe("/v2/apps", () => appCalls(api));
  describe("/v2/apps: what a definition becomes", () => definitions(api));
  describe("/v2/tasks", () => taskCalls(api));
  describe("/v2/pods", () => podCalls(api));
  describe("persistent volumes", () => persistentVolumes(api));
  describe("/v2/groups", () => groupCalls(api));
  describe("/v2/deployments", () => deploymentCalls(api));
  describe("/v2/queue", () => queueCalls(api));
  describe("/v2/events", () => eventStream(api));
  describe("errors", () => errors(api));
});
