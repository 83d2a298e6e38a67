import { empty, json, type Reply } from "@drover/lib/http/reply";
import type { Context, Router } from "@drover/lib/http/router";
import type { PodInstanceStatus } from "@drover/lib/marathon/pod-types";
import * as z from "zod";
import type { Draft } from "../leader/change-preparation";
import type { Leader } from "../leader/leader";
import { ApiError, invalidObject, unknownPod } from "../model/api-error";
import type { AppRequestRules } from "../model/app-request";
import type { Instance } from "../model/instance";
import { checkShape, parseJsonBody } from "../model/json-shape";
import { absoluteId } from "../model/path-id";
import { readPod } from "../model/pod-request";
import { podOf, podsOf, type Root, withoutSpec } from "../model/root";
import { isPod, type PodSpec, type RunSpec, type Unversioned, type UnversionedPod } from "../model/run-spec";
import { instanceStatus, podStatus, podView } from "./pod-view";
import { queryFlag } from "./query";

const idsSchema = z.array(z.string());

/** `/v2/pods`. What is asked of a pod stands behind `::` in the path. */
export function addPodRoutes(router: Router, leaderOf: () => Leader, rules: AppRequestRules): void {
  router
    .on("HEAD", "/v2/pods", () => empty(200))
    .on("GET", "/v2/pods", () => json(podsOf(leaderOf().state.root).map(podView)))
    .on("POST", "/v2/pods", (context) => create(leaderOf(), context, rules))
    .on("GET", "/v2/pods/::status", () => allStatus(leaderOf()))
    .on("GET", "/v2/pods::status", () => allStatus(leaderOf()))
    .on("GET", "/v2/pods/*id", (context) => read(leaderOf(), context))
    .on("PUT", "/v2/pods/*id", (context) => update(leaderOf(), context, rules))
    .on("DELETE", "/v2/pods/*id", (context) => remove(leaderOf(), context));
}

function allStatus(leader: Leader): Reply {
  return json(podsOf(leader.state.root).map((spec) => podStatus(leader, spec)));
}

/** `/v2/pods/<id>::<what>/<which>` */
function target({ params }: Context): { id: string; what?: string; which?: string } {
  const [id = "", rest] = (params.id ?? "").split("::");
  const [what, ...which] = rest?.split("/") ?? [];
  return {
    id: absoluteId(id),
    ...(what ? { what } : {}),
    ...(which.length > 0 ? { which: which.join("/") } : {}),
  };
}

/** @throws ApiError 404 */
function findPod(leader: Leader, id: string): PodSpec {
  const spec = podOf(leader.state.root, id);
  if (spec === undefined) throw unknownPod(id);
  return spec;
}

async function read(leader: Leader, context: Context): Promise<Reply> {
  const { id, what, which } = target(context);
  const spec = findPod(leader, id);
  if (what === undefined) return json(podView(spec));
  if (what === "status") return json(podStatus(leader, spec));
  if (what === "instances") return json(instancesOf(leader, spec, which));
  if (what !== "versions") throw new ApiError(404, `nothing is at ::${what} of a pod`);
  const { store } = leader.options;
  if (which === undefined) return json(await store.versionsOf(id));
  const former = await store.definition(id, which);
  if (former === undefined || !isPod(former)) throw unknownPod(id, which);
  return json(podView(former));
}

async function create(leader: Leader, context: Context, rules: AppRequestRules): Promise<Reply> {
  const pod = readPod(parseJsonBody(await context.body()), rules);
  const { deploymentId } = await deploy(leader, context, (root) => {
    if (root.specs.has(pod.id)) throw new ApiError(409, `An app or pod with id [${pod.id}] already exists.`);
    return withPod(root, pod);
  });
  tell(leader, context, "pod_created_event");
  const headers = { Location: `/v2/pods${pod.id}`, "Marathon-Deployment-Id": deploymentId };
  return json(podView(findPod(leader, pod.id)), 201, headers);
}

async function update(leader: Leader, context: Context, rules: AppRequestRules): Promise<Reply> {
  const { id } = target(context);
  const pod = readPod(parseJsonBody(await context.body()), rules);
  if (pod.id !== id) throw invalidObject([{ path: "/id", errors: [`must be ${id} as in the path`] }]);
  const { deploymentId } = await deploy(leader, context, (root) => {
    if (!podOf(root, id)) throw unknownPod(id);
    return withPod(root, pod);
  });
  tell(leader, context, "pod_updated_event");
  return json(podView(findPod(leader, id)), 200, { "Marathon-Deployment-Id": deploymentId });
}

async function remove(leader: Leader, context: Context): Promise<Reply> {
  const { id, what, which } = target(context);
  const spec = findPod(leader, id);
  if (what === "instances") return killInstances(leader, context, spec, which);
  if (what !== undefined) throw new ApiError(405, `DELETE is not possible for ::${what} of a pod`);
  const { deploymentId } = await deploy(leader, context, (root) => withoutSpec(root, id));
  tell(leader, context, "pod_deleted_event");
  return empty(202, { "Marathon-Deployment-Id": deploymentId });
}

/** One instance that the path names, or all. @throws ApiError 404 */
function instancesOf(leader: Leader, spec: PodSpec, which?: string): PodInstanceStatus | PodInstanceStatus[] {
  if (which === undefined) return leader.instances.ofApp(spec.id).map((each) => instanceStatus(leader, each, spec));
  const instance = leader.instances.get(which);
  if (instance?.appId !== spec.id) throw unknownInstance(which);
  return instanceStatus(leader, instance, spec);
}

function unknownInstance(id: string): ApiError {
  return new ApiError(404, `Instance '${id}' does not exist`);
}

/** One instance that the path names, or those of a list; others take their places. */
async function killInstances(leader: Leader, context: Context, spec: PodSpec, which?: string): Promise<Reply> {
  const wipe = queryFlag(context.query, "wipe", false);
  const ids = which === undefined ? checkShape(idsSchema, parseJsonBody(await context.body())) : [which];
  const own = (id: string): Instance[] => {
    const instance = leader.instances.get(id);
    return instance?.appId === spec.id ? [instance] : [];
  };
  const victims = ids.flatMap(own);
  if (which !== undefined && victims.length === 0) throw unknownInstance(which);
  const views = victims.map((each) => instanceStatus(leader, each, spec));
  await Promise.all(victims.map((each) => leader.tracker.stop(each, wipe)));
  return json(which === undefined ? views : views[0]);
}

function deploy(leader: Leader, { query }: Context, change: (root: Root) => Draft) {
  return leader.deployer.deploy(change, { force: queryFlag(query, "force", false) });
}

function withPod(root: Root, pod: UnversionedPod): Draft {
  const specs = new Map<string, Unversioned | RunSpec>(root.specs).set(pod.id, pod);
  return { specs, groups: root.groups };
}

function tell(leader: Leader, { request }: Context, eventType: string): void {
  const clientIp = request.socket.remoteAddress ?? "";
  leader.options.events.publish(eventType, { clientIp, uri: request.url });
}
