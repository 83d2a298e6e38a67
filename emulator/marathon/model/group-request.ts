import type { ErrorDetail } from "@drover/lib/marathon/types";
import * as z from "zod";
import { invalidObject, refuseInvalid, unsupported } from "./api-error";
import { completeApp } from "./app-definition";
import { type AppRequestRules, requiredId, toRequest } from "./app-request";
import { appSchema, type RawApp } from "./app-schema";
import { checkShape } from "./json-shape";
import { absoluteId, isWithin, parentOf } from "./path-id";
import { completePod } from "./pod-request";
import { podSchema, type RawPod } from "./pod-schema";
import { type GroupInfo, newGroup, type Root, withAncestors } from "./root";
import { isPod, type RunSpec, type Unversioned, unversioned } from "./run-spec";

/** A group as it was sent. What a list leaves out is removed; a list left out stays as it is. */
export interface RawGroup {
  id?: string;
  apps?: RawApp[];
  groups?: RawGroup[];
  dependencies?: string[];
  pods?: RawPod[];
  enforceRole?: boolean;
  scaleBy?: number;
  version?: string;
}

export const groupSchema: z.ZodType<RawGroup> = z.lazy(() =>
  z.object({
    id: z.string().min(1).optional(),
    apps: z.array(appSchema).optional(),
    groups: z.array(groupSchema).optional(),
    dependencies: z.array(z.string().min(1)).optional(),
    pods: z.array(podSchema).optional(),
    enforceRole: z.boolean().optional(),
    scaleBy: z.number().min(0).optional(),
    version: z.string().optional(),
  }),
);

/** Groups in groups: deeper ones nobody has, and a parser's stack ends somewhere. */
const maxDepth = 50;

/** Reads a group. @throws ApiError 422 */
export function readGroup(body: unknown): RawGroup {
  if (depthOf(body) > maxDepth) {
    throw invalidObject([{ path: "/groups", errors: [`must not be nested more than ${maxDepth} deep`] }]);
  }
  const group = checkShape(groupSchema, body);
  refuseInvalid(unsupportedIn(group, ""));
  return group;
}

/** A group that only names a version asks for what it was then. */
export function versionAsked(group: RawGroup): string | undefined {
  const { id: _id, version, ...others } = group;
  return Object.values(others).every((value) => value === undefined) ? version : undefined;
}

interface Wanted {
  specs: Map<string, Unversioned | RunSpec>;
  groups: ReadonlyMap<string, GroupInfo>;
}

/**
 * What is wanted when a group is put at an id.
 * @throws ApiError 422 when an app of it is wrong
 */
export function withPutGroup(root: Root, id: string, group: RawGroup, version: string, rules: AppRequestRules): Wanted {
  const wanted: Wanted = { specs: new Map(root.specs), groups: root.groups };
  if (group.scaleBy !== undefined) return scaled(wanted, root, id, group.scaleBy);
  put(wanted, id, group, version, rules);
  return wanted;
}

/** What is wanted when everything in a group is to be as it was. */
export function withFormerGroup(root: Root, id: string, former: Root): Wanted {
  const outside = ([each]: [string, unknown]) => !isWithin(each, id);
  const inside = ([each]: [string, unknown]) => isWithin(each, id);
  const specs = [...former.specs].filter(inside).map(([each, spec]): [string, Unversioned | RunSpec] => {
    const current = root.specs.get(each);
    return [each, current?.version === spec.version ? current : unversioned(spec)];
  });
  return {
    specs: new Map<string, Unversioned | RunSpec>([...[...root.specs].filter(outside), ...specs]),
    groups: new Map([...[...root.groups].filter(outside), ...[...former.groups].filter(inside)]),
  };
}

function put(wanted: Wanted, id: string, group: RawGroup, version: string, rules: AppRequestRules): void {
  const before = wanted.groups.get(id) ?? newGroup(id, version);
  const dependencies = group.dependencies?.map((each) => absoluteId(each, parentOf(id))) ?? before.dependencies;
  const groups = withAncestors(wanted.groups, id, version);
  wanted.groups = new Map(groups).set(id, { ...before, dependencies, version });
  if (group.apps) putApps(wanted, id, group.apps, rules);
  for (const pod of group.pods ?? []) {
    const spec = completePod(pod, rules, id);
    refuseForeign(spec.id, id, "/pods");
    wanted.specs.set(spec.id, spec);
  }
  if (group.groups) {
    const kept = group.groups.map((child) => absoluteId(child.id ?? "", id));
    for (const child of kept) refuseForeign(child, id, "/groups");
    removeOthers(wanted, id, kept);
    for (const child of group.groups) put(wanted, absoluteId(child.id ?? "", id), child, version, rules);
  }
}

function putApps(wanted: Wanted, id: string, raw: RawApp[], rules: AppRequestRules): void {
  const requests = raw.map((each) => toRequest(each, id, rules));
  const ids = new Set(requests.map(requiredId));
  for (const [other, spec] of [...wanted.specs]) {
    if (!isPod(spec) && parentOf(other) === id && !ids.has(other)) wanted.specs.delete(other);
  }
  for (const request of requests) {
    const appId = requiredId(request);
    refuseForeign(appId, id, "/apps");
    wanted.specs.set(appId, completeApp(appId, request.app, rules));
  }
}

/** @throws ApiError 422 for what does not lie in the group that lists it */
function refuseForeign(id: string, group: string, path: string): void {
  if (parentOf(id) === group && id !== group) return;
  throw invalidObject([{ path, errors: [`Identifier ${id} is not child of '${group}'`] }]);
}

/** Removes the groups within a group that a list does not name, with all that is in them. */
function removeOthers(wanted: Wanted, id: string, kept: readonly string[]): void {
  const stays = (each: string) => !isWithin(each, id) || each === id || kept.some((child) => isWithin(each, child));
  wanted.groups = new Map([...wanted.groups].filter(([each]) => stays(each)));
  for (const spec of [...wanted.specs.keys()]) {
    if (parentOf(spec) !== id && !stays(spec)) wanted.specs.delete(spec);
  }
}

function scaled(wanted: Wanted, root: Root, id: string, factor: number): Wanted {
  for (const spec of root.specs.values()) {
    if (!isWithin(spec.id, id)) continue;
    wanted.specs.set(spec.id, { ...unversioned(spec), instances: Math.ceil(spec.instances * factor) });
  }
  return wanted;
}

function unsupportedIn(group: RawGroup, path: string): ErrorDetail[] {
  return [
    ...(group.enforceRole ? [unsupported(`${path}/enforceRole`, "roles by group are")] : []),
    ...(group.groups ?? []).flatMap((child, index) => [
      ...(child.id === undefined ? [{ path: `${path}/groups(${index})/id`, errors: ["error.path.missing"] }] : []),
      ...unsupportedIn(child, `${path}/groups(${index})`),
    ]),
  ];
}

function depthOf(body: unknown): number {
  let level: unknown[] = [body];
  let depth = 0;
  while (level.length > 0 && depth <= maxDepth) {
    level = level.flatMap((each) => {
      const children = typeof each === "object" && each !== null && "groups" in each ? each.groups : [];
      return Array.isArray(children) ? children : [];
    });
    depth++;
  }
  return depth;
}
