import type { AppDefinition, ErrorDetail } from "@drover/lib/marathon/types";
import { refuseInvalid } from "../model/api-error";
import { withVersion } from "../model/app-change";
import type { Unversioned } from "../model/app-definition";
import { appProblems } from "../model/app-validation";
import { type GroupInfo, type Root, withAncestors } from "../model/root";
import { rootProblems } from "../model/root-validation";
import { assignServicePorts, type PortRange } from "../model/service-ports";

/** What somebody wants: apps that carry no version get one if they differ from what is there. */
export interface Draft {
  apps: ReadonlyMap<string, Unversioned | AppDefinition>;
  groups: ReadonlyMap<string, GroupInfo>;
}

export interface ChangeRules {
  servicePorts: PortRange;
  /** `--mesos_role` */
  defaultRole: string;
}

/**
 * Makes the next state out of what is wanted: service ports, versions, all rules kept.
 * @throws ApiError 422 with every rule that is broken
 */
export function prepareChange(root: Root, draft: Draft, version: string, rules: ChangeRules): Root {
  const withPorts = assignServicePorts([...draft.apps.values()], root.apps, rules.servicePorts);
  const apps = withPorts.map((app) => ("version" in app ? app : withVersion(app, root.apps.get(app.id), version)));
  const changed = apps.filter((app) => root.apps.get(app.id) !== app);
  const groups = changed.reduce((all, app) => withAncestors(all, app.id, version), draft.groups);
  const after = { groups, apps: new Map(apps.map((app) => [app.id, app])) };
  refuseInvalid([...changed.flatMap((app) => problemsIn(app, changed.length > 1, rules)), ...rootProblems(after)]);
  return after;
}

/** With several apps in one request the paths would not tell which one is meant. */
function problemsIn(app: AppDefinition, isOneOfMany: boolean, rules: ChangeRules): ErrorDetail[] {
  const problems = appProblems(app, rules.defaultRole);
  if (!isOneOfMany) return problems;
  return problems.map(({ path, errors }) => ({ path, errors: errors.map((error) => `${app.id}: ${error}`) }));
}
