import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { HttpError, json, text } from "@drover/lib/http/reply";
import { Router } from "@drover/lib/http/router";
import type { Logger } from "@drover/lib/log";
import { LeaderProxy } from "../../framework/leader-proxy";
import { type Leadership, leadershipSettled } from "../../framework/leadership";
import { isAuthentic, refuse } from "../../http/single-user";
import { changeJobs } from "../leader/job-actions";
import type { Leader } from "../leader/leader";
import { requirementFailed, unknownJob } from "../model/bad-request";
import { csvGraph, dotGraph } from "../model/graph";
import { currentState } from "../model/run";
import type { Settings } from "../settings";
import { VERSION } from "../version";
import { addJobRoutes, jsonBody } from "./job-routes";
import { metrics } from "./metrics";
import { done, errorReply } from "./replies";
import { allStatistics } from "./statistics-view";
import { uiPage } from "./ui";

export interface ApiOptions {
  settings: Settings;
  /** `host:port` under which the others reach this instance. */
  address: string;
  leadership: Leadership<Leader>;
  log: Logger;
}

const realm = "Mesosphere";
const proxyLimits = { connectMs: 5_000, readMs: 10_000 };

/**
 * Chronos' HTTP side: answers as the leader, once it has read its state, else hands everything on to whoever leads,
 * `/ping` as well.
 */
export function apiListener(options: ApiOptions): RequestListener {
  const { settings, address, leadership, log } = options;
  const router = leaderRouter(options);
  const proxy = new LeaderProxy({ address, viaHeader: "x-chronos-via", ...proxyLimits, fail: notPassed, log });
  const answer = async (request: IncomingMessage, response: ServerResponse, lost?: string): Promise<void> => {
    await leadershipSettled(leadership, address, lost);
    const again = lost === undefined ? (leader: string) => void answer(request, response, leader) : undefined;
    if (leadership.leader) await router.handle(request, response);
    else proxy.handle(request, response, leadership.address, again);
  };
  return (request, response) => {
    response.setHeader("Access-Control-Allow-Origin", "*");
    const isPing = request.url === "/ping";
    if (!isPing && !isAuthentic(request, settings.http_credentials)) refuse(response, realm);
    else void answer(request, response);
  };
}

/** As upstream. */
function notPassed(response: ServerResponse, problem: string): void {
  const text = `Error proxying request to leader (maybe the leadership just changed?)\n\nError:\n${problem}\n`;
  response.writeHead(500, { "Content-Type": "text/plain; charset=utf-8" }).end(text);
}

function leaderRouter({ settings, address, leadership, log }: ApiOptions): Router {
  const leaderOf = () => {
    if (leadership.leader) return leadership.leader;
    throw new HttpError(503, "this Chronos does not lead any more: try again in a moment");
  };
  const router = new Router({
    onError: errorReply,
    onFault: (error, { method, path }) =>
      log.error({ error: (error as Error).message, method, path }, "request failed"),
  });
  const jobs = {
    leaderOf,
    defaults: {
      cpus: settings.mesos_task_cpu,
      mem: settings.mesos_task_mem,
      disk: settings.mesos_task_disk,
      user: settings.user,
    },
    historyLimit: settings.job_history_limit,
  };
  router
    .on("GET", "/ping", () => text("pong"))
    .on("GET", "/metrics", () => json(metrics(leadership.leader)))
    .on("GET", "/", () => ({ status: 200, headers: { "Content-Type": "text/html; charset=utf-8" }, body: uiPage }))
    .on("GET", "/leader", () => json({ leader: address }));
  for (const base of ["/v1/scheduler", "/scheduler"]) {
    const isOld = base === "/scheduler";
    addCommonRoutes(router, base, { address, leaderOf });
    router.on("DELETE", `${base}/task/kill/:name`, async ({ params: { name = "" } }) => {
      if (leaderOf().book.get(name) === undefined) throw unknownJob(name);
      await changeJobs(leaderOf(), settings.job_history_limit).killTasks(name);
      return done;
    });
    if (isOld) addOldRoutes(router, base, { leaderOf, historyLimit: settings.job_history_limit });
    addJobRoutes(router, base, isOld, jobs);
  }
  return router;
}

interface LeaderRoutes {
  address: string;
  leaderOf: () => Leader;
}

function addCommonRoutes(router: Router, base: string, { address, leaderOf }: LeaderRoutes): void {
  const all = () => leaderOf().book.all();
  const stateOf = (name: string) => {
    const record = leaderOf().book.get(name);
    return record ? currentState(record.activity) : "idle";
  };
  router
    .on("GET", `${base}/leader`, () => json({ leader: address }))
    .on("GET", `${base}/stats/:percentile`, ({ params: { percentile = "" } }) => {
      const names = all().map(({ job }) => job.name);
      return json(allStatistics(names, leaderOf().statistics, percentile));
    })
    .on("GET", `${base}/graph/dot`, () => text(dotGraph(all().map(({ job }) => job))))
    .on("GET", `${base}/graph/csv`, () => {
      const jobs = all().map(({ job }) => job);
      return text(csvGraph(jobs, stateOf));
    });
}

/** What 3.x has no more. */
function addOldRoutes(
  router: Router,
  base: string,
  { leaderOf, historyLimit }: { leaderOf: LeaderRoutes["leaderOf"]; historyLimit: number },
): void {
  router
    .on("GET", "/info", () => json({ version: VERSION }))
    .on("DELETE", `${base}/task/all`, async () => {
      await changeJobs(leaderOf(), historyLimit).killAll();
      return done;
    })
    .on("PUT", `${base}/task/:taskId`, async (context) => {
      const { taskId = "" } = context.params;
      const body = await jsonBody(context);
      const isKnown = await leaderOf().tracker.report(taskId, readStatusCode(body) === 0);
      if (!isKnown) throw requirementFailed(`no asynchronous job has a running task ${taskId}`);
      return done;
    });
}

function readStatusCode(body: Buffer): number {
  try {
    const { statusCode } = JSON.parse(body.toString("utf8")) as { statusCode: unknown };
    if (typeof statusCode === "number") return statusCode;
  } catch {
    // the message below says what is wanted
  }
  throw requirementFailed('the body must be {"statusCode": a number}');
}
