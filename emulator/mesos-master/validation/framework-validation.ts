import type { FrameworkInfo } from "@drover/lib/mesos/types";
import type { Acls } from "../access/acls";
import { hasCapability, rolesOf } from "../model";
import { idProblem } from "./id-validation";
import { roleProblem } from "./role-validation";

/** What is wrong with a FrameworkInfo, in upstream's words; undefined when nothing is. */
export function frameworkProblem(
  info: FrameworkInfo,
  suppressedRoles: string[],
  rootSubmissions: boolean,
): string | undefined {
  const roles = rolesOf(info);
  const invalidRole = roles.map(roleProblem).find((problem) => problem !== undefined);
  const stray = suppressedRoles.filter((role) => !roles.includes(role));
  if (info.user === "root" && !rootSubmissions) {
    return "User 'root' is not allowed to run frameworks without --root_submissions set";
  }
  if (hasCapability(info, "MULTI_ROLE") && info.role !== undefined) {
    return "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable";
  }
  if (!hasCapability(info, "MULTI_ROLE") && (info.roles ?? []).length > 0) {
    return "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
  }
  if (new Set(roles).size < roles.length) {
    return "'FrameworkInfo.roles' contains duplicate items";
  }
  if (invalidRole !== undefined) {
    const field = hasCapability(info, "MULTI_ROLE") ? "roles' contains invalid role" : "role' is not a valid role";
    return `'FrameworkInfo.${field}: ${invalidRole}`;
  }
  if (stray.length > 0) {
    return `Suppressed roles { ${stray.join(", ")} } are not contained in the set of roles`;
  }
  if (info.id && idProblem(info.id.value) !== undefined) {
    return `'FrameworkInfo.id' is invalid: ${idProblem(info.id.value)}`;
  }
  return undefined;
}

/** True when the principal may have all the roles. */
export function mayRegister(acls: Acls, info: FrameworkInfo): boolean {
  return rolesOf(info).every((role) => acls.allows("register_frameworks", info.principal, role));
}

/** What may not change, in upstream's words; undefined when the update is valid. */
export function updateProblem(old: FrameworkInfo, info: FrameworkInfo): string | undefined {
  const fields = ["user", "checkpoint", "principal"] as const;
  const changed = fields.find(
    (field) => (old[field] ?? "") !== (info[field] ?? "") && !isUnset(old[field], info[field]),
  );
  if (changed === undefined) {
    return undefined;
  }
  const attempt = `attempted to update from '${old[changed] ?? ""}' to '${info[changed] ?? ""}'`;
  return `Updating 'FrameworkInfo.${changed}' is unsupported; ${attempt}`;
}

/** `checkpoint` false and absent are the same. */
function isUnset(...values: unknown[]): boolean {
  return values.every((value) => value === undefined || value === false);
}
