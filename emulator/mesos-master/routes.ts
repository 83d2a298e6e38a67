import { jsonp } from "@drover/emulator/http/jsonp";
import { generic, upstreamError } from "@drover/emulator/http/upstream-errors";
import { versionInfo } from "@drover/emulator/http/version";
import { parseDurationMs } from "@drover/lib/duration";
import { empty, HttpError, type Reply } from "@drover/lib/http/reply";
import { type Context, type Handler, Router } from "@drover/lib/http/router";
import { agentApi } from "./agent-api";
import type { Realm } from "./authentication";
import type { LeadingMaster } from "./leading-master";
import type { MasterProcess } from "./master-process";
import { operatorApi, teardown } from "./operator-api";
import { page } from "./page";
import { schedulerApi } from "./scheduler-api";
import { metricsView } from "./views/metrics-view";
import { rolesView } from "./views/role-view";
import { frameworksView, slavesView, stateView, summaryView, tasksView } from "./views/state-view";

/** A registration carries all tasks of an agent. */
const BODY_LIMIT_BYTES = 32 * 1024 * 1024;
const DEFAULT_TASKS = 100;

/**
 * All routes of a master. Those of the master itself are there with and without `/master`; redirects name the form
 * with it. `*.json` was dropped by upstream after 1.7 and is kept for clients of that age.
 */
export function routes(process: MasterProcess): Router {
  const router = new Router({
    bodyLimitBytes: BODY_LIMIT_BYTES,
    onError: upstreamError,
    onFault: (error, { method, path }) => process.log.error({ error, method, path }, "request failed"),
  });
  const at = (method: string, path: string, handler: Handler, withJson = false) => {
    for (const prefix of ["", "/master"]) {
      router.on(method, prefix + path, handler);
      router.on(method, `${prefix}${path}/`, handler);
      if (withJson) {
        router.on(method, `${prefix}${path}.json`, handler);
      }
    }
  };
  const view = (path: string, show: (master: LeadingMaster, context: Context) => unknown) => {
    const answer = (master: LeadingMaster, context: Context) => jsonp(context, show(master, context));
    at("*", path, leaderOnly(process, path, "mesos-master-readonly", answer), true);
  };

  view("/state", (master) => stateView(master, process.startSeconds, process.flagTexts));
  view("/state-summary", summaryView);
  view("/slaves", ({ cluster }, { query }) => slavesView(cluster, query.get("slave_id")));
  view("/frameworks", ({ cluster }, { query }) => frameworksView(cluster, query.get("framework_id")));
  view("/tasks", ({ cluster }, { query }) => tasksView(cluster, taskQuery(query)));
  view("/roles", ({ cluster }) => rolesView(cluster));
  view("/weights", () => []); // no role ever has another weight than the default, which is not listed

  const facts = { startSeconds: process.startSeconds, flagTexts: process.flagTexts };
  call(process, at, "/api/v1", "mesos-master-readwrite", (master, context) => operatorApi(master, facts, context));
  call(process, at, "/api/v1/scheduler", "mesos-master-scheduler", schedulerApi);
  call(process, at, "/api/v1/agent", "mesos-master-agent", agentApi);
  call(process, at, "/teardown", "mesos-master-readwrite", async (master, context) => {
    const id = new URLSearchParams((await context.body()).toString()).get("frameworkId");
    if (id === null) {
      throw new HttpError(400, "Missing 'frameworkId' query parameter in the request body");
    }
    teardown(master, id);
    return empty(200);
  });

  at("*", "/health", () => empty(200));
  at("*", "/redirect", () => empty(307, { Location: leaderUrl(process) }));
  at(
    "*",
    "/flags",
    local(process, () => ({ flags: process.flagTexts })),
    true,
  );
  router.on("*", "/version", (context) => jsonp(context, versionInfo()));
  router.on("*", "/metrics/snapshot", (context) => {
    process.authentication.check(context.request, "mesos-master-readonly");
    refuseBadTimeout(context.query.get("timeout"));
    return jsonp(context, metricsView(process.leading, process.startSeconds));
  });
  const { cluster } = process.flags;
  const html = () => page(process.info, process.leader, cluster);
  router.on("GET", "/", () => ({ status: 200, headers: { "Content-Type": "text/html" }, body: html() }));
  return router;
}

type LeaderHandler = (
  master: LeadingMaster,
  context: Context,
  principal: string | undefined,
) => Reply | undefined | Promise<Reply | undefined>;

/** Answers on the leader, redirects elsewhere, asks for credentials first where the realm wants them. */
function leaderOnly(process: MasterProcess, path: string, realm: Realm, handler: LeaderHandler): Handler {
  return (context) => {
    if (!process.leading) {
      const mark = context.request.url?.indexOf("?") ?? -1;
      const query = mark === -1 ? "" : context.request.url?.slice(mark);
      return empty(307, { Location: `${leaderUrl(process)}/master${path}${query}` });
    }
    const principal = process.authentication.check(context.request, realm);
    return handler(process.leading, context, principal);
  };
}

/** A route that takes calls, on a leader that has recovered. */
function call(
  process: MasterProcess,
  at: (method: string, path: string, handler: Handler) => void,
  path: string,
  realm: Realm,
  handler: LeaderHandler,
): void {
  const checked: LeaderHandler = (master, context, principal) => {
    if (!master.recovered) {
      throw new HttpError(503, "Master has not finished recovery");
    }
    if (context.method !== "POST") {
      const text = `${generic(405)} Expecting one of { 'POST' }, but received '${context.method}'.`;
      throw new HttpError(405, text, { Allow: "POST" });
    }
    return handler(master, context, principal);
  };
  at("*", path, leaderOnly(process, path, realm, checked));
}

/** A view that every master answers by itself. */
function local(process: MasterProcess, show: () => unknown): Handler {
  return (context) => {
    process.authentication.check(context.request, "mesos-master-readonly");
    return jsonp(context, show());
  };
}

/** Without a scheme, so that clients keep theirs. @throws HttpError 503 while nobody leads */
function leaderUrl({ leader }: MasterProcess): string {
  if (!leader) {
    throw new HttpError(503, "No leader elected");
  }
  return `//${leader.address.hostname}:${leader.address.port}`;
}

function taskQuery(query: URLSearchParams) {
  const number = (name: string, otherwise: number) => {
    const text = query.get(name) ?? "";
    return /^\d+$/.test(text) ? Number(text) : otherwise;
  };
  return {
    limit: number("limit", DEFAULT_TASKS),
    offset: number("offset", 0),
    ascending: query.get("order") === "asc",
    frameworkId: query.get("framework_id"),
    taskId: query.get("task_id"),
  };
}

/** All metrics are at hand, so any time will do; only a wrong one is refused. */
function refuseBadTimeout(text: string | null): void {
  if (text !== null) {
    try {
      parseDurationMs(text);
    } catch (error) {
      throw new HttpError(400, `Invalid timeout '${text}': ${(error as Error).message}`);
    }
  }
}
