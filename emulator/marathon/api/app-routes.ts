import { json, type Reply } from "@drover/lib/http/reply";
import type { Context, Router } from "@drover/lib/http/router";
import type { AppDefinition } from "@drover/lib/marathon/types";
import type { Draft } from "../leader/change-preparation";
import type { Leader } from "../leader/leader";
import { ApiError, invalidJson, invalidObject, unknownApp } from "../model/api-error";
import { restarted } from "../model/app-change";
import { type AppRequest, type AppRequestRules, readApp, readApps, requiredId, updatedApp } from "../model/app-request";
import { parseJsonBody } from "../model/json-shape";
import { parseLabelSelector } from "../model/label-selector";
import { absoluteId } from "../model/path-id";
import { appOf, appsOf, appsWithin, type Root, withoutSpec } from "../model/root";
import { isPod, type RunSpec, type Unversioned, type UnversionedApp, unversioned } from "../model/run-spec";
import { appEmbeds, appView, definitionView } from "./app-view";
import { queryFlag } from "./query";
import { deploymentReply } from "./replies";

type LeaderOf = () => Leader;

/** `/v2/apps`: everything but their tasks. */
export function addAppRoutes(router: Router, leaderOf: LeaderOf, rules: AppRequestRules): void {
  const api = new AppApi(leaderOf, rules);
  router
    .on("GET", "/v2/apps", (context) => api.list(context))
    .on("POST", "/v2/apps", (context) => api.create(context))
    .on("PUT", "/v2/apps", (context) => api.updateMany(context, true))
    .on("PATCH", "/v2/apps", (context) => api.updateMany(context, false))
    .on("GET", "/v2/apps/*id/versions/:version", (context) => api.version(context))
    .on("GET", "/v2/apps/*id/versions", (context) => api.versions(context))
    .on("POST", "/v2/apps/*id/restart", (context) => api.restart(context))
    .on("GET", "/v2/apps/*id", (context) => api.show(context))
    .on("PUT", "/v2/apps/*id", (context) => api.update(context, true))
    .on("PATCH", "/v2/apps/*id", (context) => api.update(context, false))
    .on("DELETE", "/v2/apps/*id", (context) => api.remove(context));
}

/** The app that the path names. */
export function pathAppId({ params }: Context): string {
  return absoluteId(params.id ?? "");
}

/** The group of a path that ends with `/*`; undefined for all others. */
export function pathGroup({ params }: Context): string | undefined {
  const match = /^(.*?)\/?\*$/.exec(params.id ?? "");
  return match ? absoluteId(match[1] ?? "") : undefined;
}

/** @throws ApiError 404 */
export function findApp(leader: Leader, id: string): AppDefinition {
  const app = appOf(leader.state.root, id);
  if (app === undefined) throw unknownApp(id);
  return app;
}

class AppApi {
  constructor(
    private readonly leaderOf: LeaderOf,
    private readonly rules: AppRequestRules,
  ) {}

  list({ query }: Context): Reply {
    const leader = this.leaderOf();
    const [cmd, id, label] = [query.get("cmd"), query.get("id"), query.get("label")];
    const hasLabels = label === null ? () => true : parseLabelSelector(label);
    const apps = appsOf(leader.state.root).filter(
      (app) =>
        (cmd === null || (app.cmd ?? "").includes(cmd)) &&
        (id === null || app.id.includes(id)) &&
        hasLabels(app.labels),
    );
    const embeds = appEmbeds(query, "apps");
    return json({ apps: apps.map((app) => appView(leader, app, embeds)) });
  }

  show(context: Context): Reply {
    const leader = this.leaderOf();
    const group = pathGroup(context);
    const embeds = { tasks: true, lastTaskFailure: true, readiness: true, taskStats: false };
    if (group !== undefined) {
      const apps = appsWithin(leader.state.root, group);
      return json({ "*": apps.map((app) => appView(leader, app, { ...embeds, tasks: false })) });
    }
    const app = findApp(leader, pathAppId(context));
    const taskStats = context.query.getAll("embed").some((name) => /^apps?\.taskStats$/.test(name));
    return json({ app: appView(leader, app, { ...embeds, taskStats }) });
  }

  async create(context: Context): Promise<Reply> {
    const leader = this.leaderOf();
    const request = readApp(parseJsonBody(await context.body()), "/", this.rules);
    const id = requiredId(request);
    const result = await leader.deployer.deploy(
      (root) => {
        if (root.specs.has(id)) throw new ApiError(409, `An app with id [${id}] already exists.`);
        return withApps(root, [updatedApp(root, id, request.app, false, this.rules)]);
      },
      { force: queryFlag(context.query, "force", false) },
    );
    const app = findApp(leader, id);
    this.tellPosted(context, app);
    const body = {
      ...definitionView(app),
      ...{ tasksStaged: 0, tasksRunning: 0, tasksHealthy: 0, tasksUnhealthy: 0 },
      deployments: [{ id: result.deploymentId }],
    };
    const headers = { Location: `/v2/apps${id}`, "Marathon-Deployment-Id": result.deploymentId };
    return json(body, 201, headers);
  }

  async update(context: Context, mayCreate: boolean): Promise<Reply> {
    const leader = this.leaderOf();
    const id = pathAppId(context);
    const body = parseJsonBody(await context.body());
    const wanted = versionIn(body);
    const request = wanted === undefined ? readApp(body, "/", this.rules) : undefined;
    if (request?.id !== undefined && request.id !== id) {
      throw invalidObject([{ path: "/id", errors: [`must be ${id} as in the path, or left out`] }]);
    }
    const existed = appOf(leader.state.root, id) !== undefined;
    if (!existed && (!mayCreate || wanted !== undefined)) throw unknownApp(id);
    const former = wanted === undefined ? undefined : await this.definition(leader, id, wanted);
    const isPartial = !mayCreate || queryFlag(context.query, "partialUpdate", true);
    const result = await leader.deployer.deploy(
      (root) => withApps(root, [former ?? updatedApp(root, id, request?.app ?? {}, isPartial, this.rules)]),
      { force: queryFlag(context.query, "force", false) },
    );
    this.tellPosted(context, findApp(leader, id));
    return deploymentReply(result, existed ? 200 : 201, existed ? undefined : `/v2/apps${id}`);
  }

  async updateMany(context: Context, mayCreate: boolean): Promise<Reply> {
    const leader = this.leaderOf();
    const requests = readApps(parseJsonBody(await context.body()), "/", this.rules);
    const isPartial = !mayCreate || queryFlag(context.query, "partialUpdate", true);
    const toApp = (root: Root) => (request: AppRequest) => {
      const id = requiredId(request);
      if (!mayCreate && !appOf(root, id)) throw unknownApp(id);
      return updatedApp(root, id, request.app, isPartial, this.rules);
    };
    const result = await leader.deployer.deploy((root) => withApps(root, requests.map(toApp(root))), {
      force: queryFlag(context.query, "force", false),
    });
    for (const request of requests) this.tellPosted(context, findApp(leader, requiredId(request)));
    return deploymentReply(result);
  }

  /** Upstream forces by default here, unlike everywhere else. */
  async remove(context: Context): Promise<Reply> {
    const leader = this.leaderOf();
    const id = pathAppId(context);
    const force = queryFlag(context.query, "force", true);
    findApp(leader, id);
    return deploymentReply(await leader.deployer.deploy((root) => withoutSpec(root, id), { force }));
  }

  async restart(context: Context): Promise<Reply> {
    const leader = this.leaderOf();
    const id = pathAppId(context);
    const force = queryFlag(context.query, "force", false);
    findApp(leader, id);
    const result = await leader.deployer.deploy(
      (root, version) => {
        const app = appOf(root, id);
        return app ? withApps(root, [restarted(app, version)]) : root;
      },
      { force },
    );
    return deploymentReply(result);
  }

  async versions(context: Context): Promise<Reply> {
    const leader = this.leaderOf();
    const { id } = findApp(leader, pathAppId(context));
    return json({ versions: await leader.options.store.versionsOf(id) });
  }

  async version(context: Context): Promise<Reply> {
    const leader = this.leaderOf();
    const { id } = findApp(leader, pathAppId(context));
    const version = context.params.version ?? "";
    const app = await leader.options.store.definition(id, version);
    if (app === undefined || isPod(app)) throw unknownApp(id, version);
    return json(definitionView(app));
  }

  /** A former definition, to be deployed as a new version. */
  private async definition(leader: Leader, id: string, version: string): Promise<UnversionedApp> {
    const former = await leader.options.store.definition(id, version);
    if (former === undefined || isPod(former)) throw unknownApp(id, version);
    return unversioned(former);
  }

  private tellPosted({ request }: Context, app: AppDefinition): void {
    const clientIp = request.socket.remoteAddress ?? "";
    this.leaderOf().options.events.publish("api_post_event", { clientIp, uri: request.url, appDefinition: app });
  }
}

/** @throws ApiError 409 where a pod has the id */
function withApps(root: Root, apps: (UnversionedApp | AppDefinition)[]): Draft {
  const specs = new Map<string, Unversioned | RunSpec>(root.specs);
  for (const app of apps) {
    const there = root.specs.get(app.id);
    if (there && isPod(there)) throw new ApiError(409, `A pod with id [${app.id}] already exists.`);
    specs.set(app.id, app);
  }
  return { specs, groups: root.groups };
}

/** `{"version":"…"}` asks for a former definition. @throws ApiError 422 when it is mixed with other fields */
function versionIn(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("version" in body)) return undefined;
  const others = Object.keys(body).filter((key) => key !== "version" && key !== "id");
  if (others.length > 0) {
    throw invalidObject([
      { path: "/version", errors: ["The 'version' field may only be combined with the 'id' field."] },
    ]);
  }
  if (typeof body.version !== "string") throw invalidJson([{ path: "/version", errors: ["error.expected.jsstring"] }]);
  return body.version;
}
