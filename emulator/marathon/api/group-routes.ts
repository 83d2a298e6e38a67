import { json, type Reply } from "@drover/lib/http/reply";
import type { Context, Router } from "@drover/lib/http/router";
import type { Group } from "@drover/lib/marathon/types";
import type { Change } from "../leader/deployer";
import type { Leader } from "../leader/leader";
import { ApiError, invalidObject, unknownGroup } from "../model/api-error";
import type { AppRequestRules } from "../model/app-request";
import { readGroup, versionAsked, withFormerGroup, withPutGroup } from "../model/group-request";
import { parseJsonBody } from "../model/json-shape";
import { absoluteId, parentOf } from "../model/path-id";
import { appsOf, appsWithin, type GroupInfo, podsOf, type Root, withoutGroup } from "../model/root";
import { versionsOfGroup } from "../state/history";
import { appEmbeds, appView } from "./app-view";
import { podView } from "./pod-view";
import { queryFlag } from "./query";
import { deploymentReply } from "./replies";

/** `/v2/groups`. */
export function addGroupRoutes(router: Router, leaderOf: () => Leader, rules: AppRequestRules): void {
  router
    .on("GET", "/v2/groups/versions", (context) => versions(leaderOf(), context))
    .on("GET", "/v2/groups/versions/:version", (context) => version(leaderOf(), context))
    .on("GET", "/v2/groups/*id/versions/:version", (context) => version(leaderOf(), context))
    .on("GET", "/v2/groups/*id/versions", (context) => versions(leaderOf(), context))
    .on("GET", "/v2/groups/*id/apps", (context) => listApps(leaderOf(), context));
  for (const path of ["/v2/groups", "/v2/groups/*id"]) {
    router
      .on("GET", path, (context) => show(leaderOf(), context))
      .on("POST", path, (context) => create(leaderOf(), context, rules))
      .on("PUT", path, (context) => update(leaderOf(), context, rules))
      .on("PATCH", path, (context) => patch(leaderOf(), context))
      .on("DELETE", path, (context) => remove(leaderOf(), context));
  }
}

function pathId({ params }: Context): string {
  return absoluteId(params.id ?? "");
}

function findGroup(leader: Leader, context: Context): GroupInfo {
  const id = pathId(context);
  const group = leader.state.root.groups.get(id);
  if (group === undefined) throw unknownGroup(id);
  return group;
}

function show(leader: Leader, context: Context): Reply {
  return json(groupView(leader, leader.state.root, findGroup(leader, context), context.query));
}

/** Every change of anything is a version of the groups that were there then. */
function versions(leader: Leader, context: Context): Reply {
  const { id, version } = findGroup(leader, context);
  const known = versionsOfGroup(leader.options.store.history, id, leader.state.root);
  return json(known.length > 0 ? known : [version]);
}

async function version(leader: Leader, context: Context): Promise<Reply> {
  const root = await formerRoot(leader, pathId(context), context.params.version ?? "");
  const info = root.groups.get(pathId(context));
  if (info === undefined) throw unknownGroup(pathId(context));
  return json(groupView(leader, root, info, context.query));
}

/** @throws ApiError 404 */
async function formerRoot(leader: Leader, id: string, version: string): Promise<Root> {
  const root = await leader.options.store.rootAt(version, leader.state.root);
  if (root === undefined || !root.groups.has(id)) {
    throw new ApiError(404, `Group '${id}' does not exist in version ${version}`);
  }
  return root;
}

function listApps(leader: Leader, context: Context): Reply {
  const { id } = findGroup(leader, context);
  const embeds = appEmbeds(context.query, "apps");
  return json(appsWithin(leader.state.root, id).map((app) => appView(leader, app, embeds)));
}

/**
 * Without `embed` apps, groups and pods are included; with any only what is named. `enforceRole`, which would be false
 * for every group, is left out: Marathon before 1.9 had no such field and the Python client fails on it.
 */
function groupView(leader: Leader, root: Root, info: GroupInfo, query: URLSearchParams): Group {
  const embed = query.getAll("embed");
  const has = (name: string) => embed.length === 0 || embed.some((each) => each.startsWith(`group.${name}`));
  const view = (group: GroupInfo): Group => ({
    id: group.id,
    ...(has("apps")
      ? {
          apps: appsOf(root)
            .filter((app) => parentOf(app.id) === group.id)
            .map((app) => appView(leader, app, appEmbeds(query, "group.apps"))),
        }
      : {}),
    ...(has("groups")
      ? {
          groups: [...root.groups.values()]
            .filter((child) => child.id !== "/" && parentOf(child.id) === group.id)
            .map(view),
        }
      : {}),
    ...(has("pods")
      ? {
          pods: podsOf(root)
            .filter((pod) => parentOf(pod.id) === group.id)
            .map(podView),
        }
      : {}),
    dependencies: group.dependencies,
    version: group.version,
  });
  return view(info);
}

async function create(leader: Leader, context: Context, rules: AppRequestRules): Promise<Reply> {
  const group = readGroup(parseJsonBody(await context.body()));
  const id = absoluteId(group.id ?? "", pathId(context));
  if (leader.state.root.groups.has(id) && id !== "/") {
    throw new ApiError(409, `Group ${id} is already created. Use PUT to change this group.`);
  }
  const result = await leader.deployer.deploy((root, version) => withPutGroup(root, id, group, version, rules), {
    force: queryFlag(context.query, "force", false),
  });
  return deploymentReply(result, 201, `/v2/groups${id}`);
}

async function update(leader: Leader, context: Context, rules: AppRequestRules): Promise<Reply> {
  const group = readGroup(parseJsonBody(await context.body()));
  const id = pathId(context);
  if (group.id !== undefined && absoluteId(group.id, parentOf(id)) !== id && id !== "/") {
    throw invalidObject([{ path: "/id", errors: [`must be ${id} as in the path, or left out`] }]);
  }
  const existed = leader.state.root.groups.has(id);
  const asked = versionAsked(group);
  const former = asked === undefined ? undefined : await formerRoot(leader, id, asked);
  if (!existed && group.scaleBy !== undefined) throw unknownGroup(id);
  // With a version everything in the group becomes what it was then.
  const change: Change = (root, version) =>
    former ? withFormerGroup(root, id, former) : withPutGroup(root, id, group, version, rules);
  if (queryFlag(context.query, "dryRun", false)) return json({ steps: leader.deployer.plan(change) });
  const isNew = !existed && former === undefined;
  const result = await leader.deployer.deploy(change, { force: queryFlag(context.query, "force", false) });
  return deploymentReply(result, isNew ? 201 : 200, isNew ? `/v2/groups${id}` : undefined);
}

/** Upstream patches `enforceRole` only, and that is off for all groups here. */
async function patch(leader: Leader, context: Context): Promise<Reply> {
  findGroup(leader, context);
  const { enforceRole, ...others } = readGroup(parseJsonBody(await context.body()));
  const unknown = Object.entries(others).flatMap(([key, value]) => (value === undefined ? [] : key));
  if (enforceRole === undefined || unknown.length > 0) {
    throw new ApiError(422, "only enforceRole of a group can be patched: use PUT for everything else");
  }
  return json({});
}

async function remove(leader: Leader, context: Context): Promise<Reply> {
  const { id } = findGroup(leader, context);
  const force = queryFlag(context.query, "force", false);
  return deploymentReply(await leader.deployer.deploy((root) => withoutGroup(root, id), { force }));
}
