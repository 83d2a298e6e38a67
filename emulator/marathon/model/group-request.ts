import type { AppDefinition, ErrorDetail } from "@drover/lib/marathon/types";
import * as z from "zod";
import { invalidObject, refuseInvalid, unsupported } from "./api-error";
import { completeApp, type Unversioned } from "./app-definition";
import { type AppRequestRules, requiredId, toRequest } from "./app-request";
import { appSchema, type RawApp } from "./app-schema";
import { checkShape } from "./json-shape";
import { absoluteId, isWithin, parentOf } from "./path-id";
import { type GroupInfo, newGroup, type Root, withAncestors } from "./root";

/** A group as it was sent. What a list leaves out is removed; a list left out stays as it is. */
export interface RawGroup {
  id?: string;
  apps?: RawApp[];
  groups?: RawGroup[];
  dependencies?: string[];
  pods?: unknown[];
  enforceRole?: boolean;
  scaleBy?: number;
  version?: string;
}

const groupSchema: z.ZodType<RawGroup> = z.lazy(() =>
  z.object({
    id: z.string().min(1).optional(),
    apps: z.array(appSchema).optional(),
    groups: z.array(groupSchema).optional(),
    dependencies: z.array(z.string().min(1)).optional(),
    pods: z.array(z.unknown()).optional(),
    enforceRole: z.boolean().optional(),
    scaleBy: z.number().min(0).optional(),
    version: z.string().optional(),
  }),
);

/** Reads a group. @throws ApiError 422 */
export function readGroup(body: unknown): RawGroup {
  const group = checkShape(groupSchema, body);
  refuseInvalid(unsupportedIn(group, ""));
  return group;
}

interface Wanted {
  apps: Map<string, Unversioned | AppDefinition>;
  groups: ReadonlyMap<string, GroupInfo>;
}

/**
 * What is wanted when a group is put at an id.
 * @throws ApiError 422 when an app of it is wrong
 */
export function withPutGroup(root: Root, id: string, group: RawGroup, version: string, rules: AppRequestRules): Wanted {
  const wanted: Wanted = { apps: new Map(root.apps), groups: root.groups };
  if (group.scaleBy !== undefined) return scaled(wanted, root, id, group.scaleBy);
  put(wanted, id, group, version, rules);
  return wanted;
}

function put(wanted: Wanted, id: string, group: RawGroup, version: string, rules: AppRequestRules): void {
  const before = wanted.groups.get(id) ?? newGroup(id, version);
  const dependencies = group.dependencies?.map((each) => absoluteId(each, parentOf(id))) ?? before.dependencies;
  const groups = withAncestors(wanted.groups, id, version);
  wanted.groups = new Map(groups).set(id, { ...before, dependencies, version });
  if (group.apps) putApps(wanted, id, group.apps, rules);
  if (group.groups) {
    const kept = group.groups.map((child) => absoluteId(child.id ?? "", id));
    removeOthers(wanted, id, kept);
    for (const child of group.groups) put(wanted, absoluteId(child.id ?? "", id), child, version, rules);
  }
}

function putApps(wanted: Wanted, id: string, raw: RawApp[], rules: AppRequestRules): void {
  const requests = raw.map((each) => toRequest(each, id, rules));
  const ids = new Set(requests.map(requiredId));
  for (const other of [...wanted.apps.keys()]) {
    if (parentOf(other) === id && !ids.has(other)) wanted.apps.delete(other);
  }
  for (const request of requests) {
    const appId = requiredId(request);
    if (parentOf(appId) !== id) {
      throw invalidObject([{ path: "/apps", errors: [`Identifier ${appId} is not child of ${id}`] }]);
    }
    wanted.apps.set(appId, completeApp(appId, request.app, rules));
  }
}

/** Removes the groups within a group that a list does not name, with all that is in them. */
function removeOthers(wanted: Wanted, id: string, kept: readonly string[]): void {
  const stays = (each: string) => !isWithin(each, id) || each === id || kept.some((child) => isWithin(each, child));
  wanted.groups = new Map([...wanted.groups].filter(([each]) => stays(each)));
  for (const app of [...wanted.apps.keys()]) {
    if (parentOf(app) !== id && !stays(app)) wanted.apps.delete(app);
  }
}

function scaled(wanted: Wanted, root: Root, id: string, factor: number): Wanted {
  for (const app of root.apps.values()) {
    if (!isWithin(app.id, id)) continue;
    const { version: _version, versionInfo: _info, ...definition } = app;
    wanted.apps.set(app.id, { ...definition, instances: Math.ceil(app.instances * factor) });
  }
  return wanted;
}

function unsupportedIn(group: RawGroup, path: string): ErrorDetail[] {
  return [
    ...((group.pods ?? []).length > 0 ? [unsupported(`${path}/pods`, "pods are")] : []),
    ...(group.enforceRole ? [unsupported(`${path}/enforceRole`, "roles by group are")] : []),
    ...(group.version !== undefined && isOnlyVersion(group)
      ? [unsupported(`${path}/version`, "a group's return to a former version is")]
      : []),
    ...(group.groups ?? []).flatMap((child, index) => [
      ...(child.id === undefined ? [{ path: `${path}/groups(${index})/id`, errors: ["error.path.missing"] }] : []),
      ...unsupportedIn(child, `${path}/groups(${index})`),
    ]),
  ];
}

/** A version among other fields is what an answer of ours carried, and is ignored like all that is read-only. */
function isOnlyVersion({ id: _id, version: _version, ...others }: RawGroup): boolean {
  return Object.values(others).every((value) => value === undefined);
}
