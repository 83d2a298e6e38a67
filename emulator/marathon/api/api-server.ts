import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { type HttpError, json, type Reply, text } from "@drover/lib/http/reply";
import { Router } from "@drover/lib/http/router";
import type { Logger } from "@drover/lib/log";
import { isZookeeperError } from "@drover/lib/zookeeper/errors";
import { type Leadership, leadershipSettled } from "../../framework/leadership";
import { isAuthentic, refuse } from "../../http/single-user";
import type { Leader } from "../leader/leader";
import { ApiError } from "../model/api-error";
import type { AppRequestRules } from "../model/app-request";
import type { Settings } from "../settings";
import { addAppRoutes } from "./app-routes";
import { configView } from "./config-view";
import { addDeploymentRoutes } from "./deployment-routes";
import { addGroupRoutes } from "./group-routes";
import { metrics } from "./metrics";
import { addPodRoutes } from "./pod-routes";
import { addQueueRoutes } from "./queue-routes";
import { Standby } from "./standby";
import { addSystemRoutes, pong } from "./system-routes";
import { addTaskRoutes } from "./task-routes";

export interface ApiOptions {
  settings: Settings;
  /** `host:port` under which the others reach this instance. */
  address: string;
  leadership: Leadership<Leader>;
  log: Logger;
  abdicate: () => void;
}

const bodyLimitBytes = 16 * 1024 * 1024;

/** Marathon's HTTP side: answers as the leader, else hands on to it. */
export function apiListener(options: ApiOptions): RequestListener {
  const { settings, address, leadership, log } = options;
  const api = leaderRouter(options);
  const own = localRouter(options, api);
  const standby = new Standby(address, settings, log);
  const answer = async (request: IncomingMessage, response: ServerResponse, lost?: string): Promise<void> => {
    await leadershipSettled(leadership, address, lost);
    const again = lost === undefined ? (leader: string) => void answer(request, response, leader) : undefined;
    if (!leadership.leader && leadership.address !== address) {
      standby.handle(request, response, leadership.address, again);
    } else {
      response.setHeader("X-Marathon-Leader", `http://${address}`);
      await api.handle(request, response);
    }
  };
  return (request, response) => {
    allowOrigins(request, response, settings.access_control_allow_origin);
    request.url = withoutTrailingSlash(request.url ?? "/");
    const [path = "/"] = request.url.split("?");
    const isPing = path === "/ping";
    const isOwn = /^\/(ping|help|logging|config)$|^\/metrics(\/|$)/.test(path);
    if (!isPing && !isAuthentic(request, settings.http_credentials)) refuse(response, settings.http_realm);
    else if (isOwn) void own.handle(request, response);
    else void answer(request, response);
  };
}

/** What every instance answers itself. */
function localRouter({ leadership, log, settings }: ApiOptions, api: Router): Router {
  const own = new Router(errorsWith(log));
  return own
    .on("GET", "/ping", () => pong)
    .on("GET", "/metrics", () => json(metrics(leadership.leader)))
    .on("GET", "/help", () => text(`${[...own.list(), ...api.list()].join("\n")}\n`))
    .on("GET", "/logging", () => json({ level: log.level }))
    .on("GET", "/config", () => json(configView(settings)));
}

function leaderRouter({ settings, address, leadership, log, abdicate }: ApiOptions): Router {
  const router = new Router({ bodyLimitBytes, ...errorsWith(log) });
  const leaderOf = () => {
    if (leadership.leader) return leadership.leader;
    throw new ApiError(503, "This Marathon has just been elected and reads its state: try again in a moment");
  };
  const rules: AppRequestRules = {
    role: settings.mesos_role,
    features: settings.enable_features,
    ...(settings.default_network_name ? { defaultNetworkName: settings.default_network_name } : {}),
  };
  addTaskRoutes(router, leaderOf);
  addAppRoutes(router, leaderOf, rules);
  addGroupRoutes(router, leaderOf, rules);
  addDeploymentRoutes(router, leaderOf);
  addPodRoutes(router, leaderOf, rules);
  addQueueRoutes(router, leaderOf);
  addSystemRoutes(router, { leaderOf, settings, address, abdicate });
  return router;
}

function errorsWith(log: Logger) {
  return {
    onError: errorReply,
    translate: (error: unknown) => {
      if (!isZookeeperError(error)) return undefined;
      log.error({ error: error.message }, "request failed");
      return new ApiError(503, `a change that was asked for may have been made or not: ${error.message}`);
    },
    onFault: (error: unknown, { method, path }: { method: string; path: string }) => {
      log.error({ error: (error as Error).message, stack: (error as Error).stack, method, path }, "request failed");
    },
  };
}

function errorReply(error: HttpError): Reply {
  const body = error instanceof ApiError ? error.body : { message: error.message };
  return json(body, error.status, error.headers);
}

/** `--access_control_allow_origin` */
function allowOrigins(request: IncomingMessage, response: ServerResponse, allowed: string[] | undefined): void {
  const origin = request.headers.origin;
  if (allowed === undefined || origin === undefined) return;
  if (allowed.includes("*")) response.setHeader("Access-Control-Allow-Origin", "*");
  else if (allowed.includes(origin)) response.setHeader("Access-Control-Allow-Origin", origin);
}

/** `/v2/apps/` is `/v2/apps`. */
function withoutTrailingSlash(url: string): string {
  return url.replace(/^(\/(?:v2|ping|metrics|help|logging|config)[^?]*?)\/+(?=\?|$)/, "$1");
}
