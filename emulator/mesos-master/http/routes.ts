import { jsonp } from "@drover/emulator/http/jsonp";
import { generic, upstreamError } from "@drover/emulator/http/upstream-errors";
import { versionInfo } from "@drover/emulator/http/version";
import { browse, download, read } from "@drover/emulator/mesos-agent/http/files";
import { parseDurationMs } from "@drover/lib/duration";
import { empty, HttpError, type Reply, text } from "@drover/lib/http/reply";
import { type Context, type Handler, Router } from "@drover/lib/http/router";
import { Acls } from "../access/acls";
import type { Realm } from "../access/authentication";
import { Permissions } from "../access/permissions";
import type { LeadingMaster } from "../leadership/leading-master";
import type { MasterProcess } from "../master-process";
import { metricsView, systemStats } from "../views/metrics-view";
import { rolesView } from "../views/role-view";
import { frameworksView, slavesView, stateView, summaryView, tasksView } from "../views/state-view";
import { agentApi } from "./agent-api";
import { type LeaderHandler, legacyRoutes } from "./legacy-routes";
import { operatorApi } from "./operator-api";
import { page } from "./page";
import { schedulerApi } from "./scheduler-api";

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
  const view = (path: string, show: (master: LeadingMaster, context: Context, may: Permissions) => unknown) => {
    const answer: LeaderHandler = (master, context, may) => jsonp(context, show(master, context, may));
    at("*", path, leaderOnly(process, path, "mesos-master-readonly", answer), true);
  };

  view("/state", (master, _, may) => {
    const flags = may.allows("view_flags") ? process.flagTexts : undefined;
    return stateView(master, process.startSeconds, flags, may.maySee);
  });
  view("/state-summary", (master, _, may) => summaryView(master, may.maySee));
  view("/slaves", ({ cluster }, { query }) => slavesView(cluster, query.get("slave_id")));
  view("/frameworks", ({ cluster }, { query }, { maySee }) =>
    frameworksView(cluster, query.get("framework_id"), maySee),
  );
  view("/tasks", ({ cluster }, { query }, { maySee }) => tasksView(cluster, { ...taskQuery(query), maySee }));
  view("/roles", (master, _, may) => rolesView(master, may));
  view("/maintenance/status", ({ maintenance }, _, may) =>
    maintenance.status(may.maySeeMachine("get_maintenance_statuses")),
  );

  const readwrite = "mesos-master-readwrite";
  call(process, at, "/api/v1", readwrite, (master, context, may) => operatorApi(process, master, context, may));
  call(process, at, "/api/v1/scheduler", "mesos-master-scheduler", (master, context, { principal }) =>
    schedulerApi(master, context, principal),
  );
  call(process, at, "/api/v1/agent", "mesos-master-agent", (master, context, { principal }) =>
    agentApi(master, context, principal),
  );
  for (const [path, { methods, realm, handle }] of legacyRoutes) {
    at("*", path, leaderOnly(process, path, realm, whenReady(methods, handle)));
  }

  at("*", "/health", () => empty(200));
  at("*", "/redirect", () => empty(307, { Location: leaderUrl(process) }));
  const flags = local(process, (_, may) => {
    may.require("view_flags", undefined);
    return { flags: process.flagTexts };
  });
  at("*", "/flags", flags, true);
  router.on("*", "/version", (context) => jsonp(context, versionInfo()));
  const endpoint = (path: string, show: (context: Context) => Reply | Promise<Reply | undefined>) =>
    router.on("*", path, (context) => {
      permissionsOf(process, context, "mesos-master-readonly").require("get_endpoints", path);
      return show(context);
    });
  endpoint("/metrics/snapshot", (context) => {
    refuseBadTimeout(context.query.get("timeout"));
    return jsonp(context, metricsView(process.leading, process.startSeconds));
  });
  endpoint("/system/stats.json", (context) => jsonp(context, systemStats()));
  endpoint("/logging/toggle", (context) => toggleLogging(process, context));
  endpoint("/files/debug", (context) => jsonp(context, Object.fromEntries(process.attachedFiles)));
  for (const [path, show] of Object.entries({ browse, read, download })) {
    router.on("*", `/files/${path}`, (context) => {
      permissionsOf(process, context, "mesos-master-readonly").require("access_mesos_logs", undefined);
      return show(context, process.attachedFiles);
    });
  }
  const { cluster } = process.flags;
  const html = () => page(process.info, process.leader, cluster);
  router.on("*", "/", () => ({ status: 200, headers: { "Content-Type": "text/html" }, body: html() }));
  return router;
}

/** Answers on the leader, redirects elsewhere, asks for credentials first where the realm wants them. */
function leaderOnly(process: MasterProcess, path: string, realm: Realm, handler: LeaderHandler): Handler {
  return (context) => {
    if (!process.leading) {
      const mark = context.request.url?.indexOf("?") ?? -1;
      const query = mark === -1 ? "" : context.request.url?.slice(mark);
      return empty(307, { Location: `${leaderUrl(process)}/master${path}${query}` });
    }
    return handler(process.leading, context, permissionsOf(process, context, realm));
  };
}

function permissionsOf(process: MasterProcess, { request }: Context, realm: Realm): Permissions {
  return new Permissions(process.flags.acls ?? Acls.none, process.authentication.check(request, realm));
}

/** A route that takes calls, on a leader that has recovered. */
function call(
  process: MasterProcess,
  at: (method: string, path: string, handler: Handler) => void,
  path: string,
  realm: Realm,
  handler: LeaderHandler,
): void {
  at("*", path, leaderOnly(process, path, realm, whenReady(["POST"], handler)));
}

/** Refuses what comes before the registry is loaded, and other methods. */
function whenReady(methods: readonly string[], handler: LeaderHandler): LeaderHandler {
  return (master, context, may) => {
    if (!master.recovered) {
      throw new HttpError(503, "Master has not finished recovery");
    }
    if (!methods.includes(context.method)) {
      const list = methods.map((method) => `'${method}'`).join(", ");
      const text = `${generic(405)} Expecting one of { ${list} }, but received '${context.method}'.`;
      throw new HttpError(405, text, { Allow: methods.join(", ") });
    }
    return handler(master, context, may);
  };
}

/** A view that every master answers by itself. */
function local(process: MasterProcess, show: (context: Context, may: Permissions) => unknown): Handler {
  return (context) => jsonp(context, show(context, permissionsOf(process, context, "mesos-master-readonly")));
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

/** `/logging/toggle?level=&duration=`; without both it only says the level. */
function toggleLogging({ logging }: MasterProcess, { query }: Context): Reply {
  const level = query.get("level");
  const duration = query.get("duration");
  if (level === null && duration === null) {
    return text(`${logging.level}\n`);
  }
  if (level === null || duration === null) {
    throw new HttpError(400, `Expecting '${level === null ? "level=value" : "duration=value"}' in query.\n`);
  }
  if (!/^\d$/.test(level)) {
    throw new HttpError(400, `Invalid level '${level}'.\n`);
  }
  logging.set(Number(level), durationOf("duration", duration));
  return empty(200);
}

/** All metrics are at hand, so any time will do; only a wrong one is refused. */
function refuseBadTimeout(given: string | null): void {
  if (given !== null) {
    durationOf("timeout", given);
  }
}

function durationOf(name: string, given: string): number {
  try {
    return parseDurationMs(given);
  } catch {
    const [number = "", unit] = given.split(/(?=[a-z])/i, 2);
    const isNumber = /^\d+(\.\d+)?$/.test(number);
    const problem = isNumber ? `Unknown duration unit '${unit ?? ""}'` : "Failed to convert '' to number.";
    throw new HttpError(400, `Invalid ${name} '${given}': ${problem}`);
  }
}
