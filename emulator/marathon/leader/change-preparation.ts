import type { ErrorDetail } from "@drover/lib/marathon/types";
import { refuseInvalid } from "../model/api-error";
import { withVersion } from "../model/app-change";
import { appProblems } from "../model/app-validation";
import { podProblems } from "../model/pod-validation";
import { appOf, type GroupInfo, type Root, withAncestors } from "../model/root";
import { rootProblems } from "../model/root-validation";
import { isPod, type RunSpec, type Unversioned } from "../model/run-spec";
import { assignServicePorts, type PortRange } from "../model/service-ports";

/** What somebody wants: apps and pods that carry no version get one if they differ from what is there. */
export interface Draft {
  specs: ReadonlyMap<string, Unversioned | RunSpec>;
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
  const withPorts = assignServicePorts([...draft.specs.values()], root.specs, rules.servicePorts);
  const specs = withPorts.map((spec) =>
    "version" in spec ? spec : withVersion(spec, root.specs.get(spec.id), version),
  );
  const changed = specs.filter((spec) => root.specs.get(spec.id) !== spec);
  const groups = changed.reduce((all, spec) => withAncestors(all, spec.id, version), draft.groups);
  const after = { groups, specs: new Map(specs.map((spec) => [spec.id, spec])) };
  const problems = changed.flatMap((spec) => problemsIn(spec, root, changed.length > 1, rules));
  refuseInvalid([...problems, ...rootProblems(after)]);
  return after;
}

/** With several apps in one request the paths would not tell which one is meant. */
function problemsIn(spec: RunSpec, root: Root, isOneOfMany: boolean, rules: ChangeRules): ErrorDetail[] {
  const problems = isPod(spec)
    ? podProblems(spec, rules.defaultRole)
    : appProblems(spec, rules.defaultRole, appOf(root, spec.id));
  if (!isOneOfMany) return problems;
  return problems.map(({ path, errors }) => ({ path, errors: errors.map((error) => `${spec.id}: ${error}`) }));
}
