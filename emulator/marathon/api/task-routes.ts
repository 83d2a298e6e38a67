import { json, type Reply, text } from "@drover/lib/http/reply";
import type { Context, Router } from "@drover/lib/http/router";
import * as z from "zod";
import type { Draft } from "../leader/change-preparation";
import type { Leader } from "../leader/leader";
import { ApiError } from "../model/api-error";
import type { Instance } from "../model/instance";
import { checkShape, parseJsonBody } from "../model/json-shape";
import { appsOf, appsWithin, type Root } from "../model/root";
import { type RunSpec, type Unversioned, unversioned } from "../model/run-spec";
import { findApp, pathAppId, pathGroup } from "./app-routes";
import { queryFlag } from "./query";
import { deploymentReply } from "./replies";
import { taskView, taskViews } from "./task-view";
import { tasksAsText } from "./tasks-text";

const idsSchema = z.object({ ids: z.array(z.string()) });

/** `/v2/tasks` and `/v2/apps/{id}/tasks`. */
export function addTaskRoutes(router: Router, leaderOf: () => Leader): void {
  router
    .on("GET", "/v2/tasks", (context) => listAll(leaderOf(), context))
    .on("POST", "/v2/tasks/delete", (context) => killMany(leaderOf(), context))
    .on("GET", "/v2/apps/*id/tasks", (context) => listOfApp(leaderOf(), context))
    .on("DELETE", "/v2/apps/*id/tasks/:task", (context) => killOne(leaderOf(), context))
    .on("DELETE", "/v2/apps/*id/tasks", (context) => killOfApp(leaderOf(), context));
}

function listAll(leader: Leader, { query, request }: Context): Reply {
  const apps = appsOf(leader.state.root);
  if (wantsText(request.headers.accept)) return text(tasksAsText(leader, apps));
  const wanted = [...query.getAll("status"), ...query.getAll("status[]")];
  const states = wanted.map((status) => {
    if (status === "running" || status === "staging") return `TASK_${status.toUpperCase()}`;
    throw new ApiError(400, `the parameter status must be running or staging, not '${status}'`);
  });
  const tasks = apps.flatMap((app) => taskViews(leader, app.id));
  return json({ tasks: tasks.filter(({ state }) => states.length === 0 || states.includes(state)) });
}

function listOfApp(leader: Leader, context: Context): Reply {
  const group = pathGroup(context);
  const apps = group === undefined ? [findApp(leader, pathAppId(context))] : appsWithin(leader.state.root, group);
  if (wantsText(context.request.headers.accept)) return text(tasksAsText(leader, apps));
  return json({ tasks: apps.flatMap((app) => taskViews(leader, app.id)) });
}

async function killOfApp(leader: Leader, context: Context): Promise<Reply> {
  const app = findApp(leader, pathAppId(context));
  const host = context.query.get("host");
  const victims = leader.instances.ofApp(app.id).filter((each) => host === null || host === "*" || each.host === host);
  const options = killOptions(context.query);
  if (options.scale) return scaleDown(leader, victims, options.force);
  return json({ tasks: await kill(leader, victims, options.wipe) });
}

async function killOne(leader: Leader, context: Context): Promise<Reply> {
  const app = findApp(leader, pathAppId(context));
  const id = context.params.task ?? "";
  const victim = leader.instances.withTask(id) ?? leader.instances.get(id);
  if (victim?.appId !== app.id) throw new ApiError(404, `Task '${id}' does not exist`);
  const options = killOptions(context.query);
  if (options.scale) return scaleDown(leader, [victim], options.force);
  const [task] = await kill(leader, [victim], options.wipe);
  return json({ task });
}

async function killMany(leader: Leader, context: Context): Promise<Reply> {
  const { ids } = checkShape(idsSchema, parseJsonBody(await context.body()));
  const victims = ids.flatMap((id) => leader.instances.withTask(id) ?? leader.instances.get(id) ?? []);
  const options = killOptions(context.query);
  if (options.scale) return scaleDown(leader, victims, options.force);
  return json({ tasks: await kill(leader, victims, options.wipe) });
}

interface KillOptions {
  scale: boolean;
  /** The data of persistent volumes goes, too. */
  wipe: boolean;
  force: boolean;
}

/** @throws ApiError 400 */
function killOptions(query: URLSearchParams): KillOptions {
  const [scale, wipe] = [queryFlag(query, "scale", false), queryFlag(query, "wipe", false)];
  if (scale && wipe) throw new ApiError(400, "You cannot use scale and wipe at the same time.");
  return { scale, wipe, force: queryFlag(query, "force", false) };
}

async function kill(leader: Leader, victims: readonly Instance[], wipe: boolean) {
  const views = victims.filter(({ state }) => state !== "RESERVED").map((instance) => taskView(leader, instance));
  await Promise.all(victims.map((instance) => leader.tracker.stop(instance, wipe)));
  return views;
}

/** Ends the tasks for good: their apps get as many instances fewer. */
async function scaleDown(leader: Leader, victims: readonly Instance[], force: boolean): Promise<Reply> {
  const change = (root: Root): Draft => {
    const specs = new Map<string, Unversioned | RunSpec>(root.specs);
    for (const [id, spec] of root.specs) {
      const count = victims.filter((instance) => instance.appId === id && instance.goal === "run").length;
      if (count > 0) specs.set(id, { ...unversioned(spec), instances: Math.max(0, spec.instances - count) });
    }
    return { ...root, specs };
  };
  return deploymentReply(await leader.deployer.deploy(change, { force, kill: victims }));
}

function wantsText(accept = ""): boolean {
  return accept.includes("text/plain") && !accept.includes("application/json");
}
