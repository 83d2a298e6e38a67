import type { AppDefinition, ErrorDetail } from "@drover/lib/marathon/types";
import type { Unversioned } from "./app-definition";
import { constraintProblems } from "./constraint-validation";
import { isMesosCheck, usesPort } from "./health-check";
import { networkProblems } from "./network-validation";
import { problemsOfAppId } from "./path-id";
import { appPorts } from "./ports";
import { volumeProblems } from "./volume-validation";

type App = Unversioned | AppDefinition;

/** Every rule that concerns one app alone. */
export function appProblems(app: App, defaultRole: string): ErrorDetail[] {
  return [
    ...details("/id", problemsOfAppId(app.id)),
    ...whatToRun(app),
    ...networkProblems(app),
    ...volumeProblems(app),
    ...app.constraints.flatMap((constraint, index) =>
      details(`/constraints(${index})`, constraintProblems(constraint)),
    ),
    ...roleProblems(app, defaultRole),
    ...healthCheckProblems(app),
    ...readinessCheckProblems(app),
    ...unreachableProblems(app),
  ];
}

function details(path: string, errors: string[]): ErrorDetail[] {
  return errors.length > 0 ? [{ path, errors }] : [];
}

function whatToRun({ cmd, args, container }: App): ErrorDetail[] {
  const hasImage = container?.docker !== undefined;
  const errors: string[] = [];
  if (cmd !== undefined && args !== undefined) errors.push("AppDefinition must not contain both 'cmd' and 'args'.");
  if (cmd === undefined && args === undefined && !hasImage) {
    errors.push("AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.");
  }
  return [
    ...details("/", errors),
    ...(container?.type === "DOCKER" && !hasImage ? details("/container/docker", ["not defined"]) : []),
    ...(hasImage && container.docker?.image === "" ? details("/container/docker/image", ["must not be empty"]) : []),
  ];
}

function roleProblems({ role, acceptedResourceRoles = [] }: App, defaultRole: string): ErrorDetail[] {
  const allowed = [...new Set(["*", role])];
  const foreign = acceptedResourceRoles.filter((each) => !allowed.includes(each));
  return [
    ...(role === defaultRole ? [] : details("/role", [`got ${role}, expected one of: [${defaultRole}]`])),
    ...(foreign.length > 0
      ? details("/acceptedResourceRoles", [`can only contain ${allowed.join(" and ")}, not ${foreign.join(", ")}`])
      : []),
  ];
}

function healthCheckProblems(app: App): ErrorDetail[] {
  const ports = appPorts(app).length;
  const byMesos = app.healthChecks.filter((check) => isMesosCheck(check.protocol)).length;
  return [
    ...(byMesos > 1 ? details("/healthChecks", ["AppDefinition can contain at most one Mesos health check"]) : []),
    ...app.healthChecks.flatMap((check, index) => {
      const path = `/healthChecks(${index})`;
      if (check.protocol === "COMMAND") {
        return check.command === undefined ? details(`${path}/command`, ["not defined"]) : [];
      }
      const both = check.port !== undefined && check.portIndex !== undefined;
      return [
        ...(both ? details(path, ["HTTP, HTTPS and TCP health checks take either port or portIndex, not both"]) : []),
        ...(usesPort(check) && !both && (check.portIndex ?? 0) >= ports
          ? details(`${path}/portIndex`, [
              "Health check port indices must address an element of the ports array or container port mappings.",
            ])
          : []),
      ];
    }),
  ];
}

function readinessCheckProblems(app: App): ErrorDetail[] {
  const names = appPorts(app).map((port) => port.name);
  return app.readinessChecks.flatMap((check, index) => {
    const known = names.includes(check.portName);
    const message = `No port definition reference for portName ${check.portName}`;
    return known ? [] : details(`/readinessChecks(${index})/portName`, [message]);
  });
}

function unreachableProblems({ unreachableStrategy }: App): ErrorDetail[] {
  if (unreachableStrategy === "disabled") return [];
  const { inactiveAfterSeconds, expungeAfterSeconds } = unreachableStrategy;
  return expungeAfterSeconds >= inactiveAfterSeconds
    ? []
    : details("/unreachableStrategy", ["inactiveAfterSeconds must be less than or equal to expungeAfterSeconds"]);
}
