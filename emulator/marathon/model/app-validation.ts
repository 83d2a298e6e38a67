import type { AppDefinition, ErrorDetail } from "@drover/lib/marathon/types";
import { isMesosCheck, usesPort } from "./health-check";
import { networkProblems } from "./network-validation";
import { problemsOfAppId } from "./path-id";
import { appPorts } from "./ports";
import { residencyProblems } from "./residency";
import type { UnversionedApp } from "./run-spec";
import { volumeProblems } from "./volume-validation";

type App = UnversionedApp | AppDefinition;

/** Every rule that concerns one app alone. */
export function appProblems(app: App, defaultRole: string, previous?: AppDefinition): ErrorDetail[] {
  return [
    ...details("/id", problemsOfAppId(app.id)),
    ...whatToRun(app),
    ...networkProblems(app),
    ...volumeProblems(app),
    ...roleProblems(app, defaultRole),
    ...healthCheckProblems(app),
    ...readinessCheckProblems(app),
    ...unreachableProblems(app),
    ...residencyProblems(app, previous),
    ...limitProblems(app),
    ...(app.tty && app.container?.type === "DOCKER"
      ? details("/tty", ["a terminal needs the Mesos containerizer"])
      : []),
    ...(app.gpus > 0 && app.container?.type === "DOCKER"
      ? details("/", ["GPU resources only work with the Mesos containerizer"])
      : []),
    ...(app.labels.MARATHON_SINGLE_INSTANCE_APP === "true" && app.instances > 1
      ? details("/", ["Single instance app may only have one instance"])
      : []),
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
      ? details("/acceptedResourceRoles", [`acceptedResourceRoles can only contain ${allowed.join(" and ")}`])
      : []),
  ];
}

function healthCheckProblems(app: App): ErrorDetail[] {
  const ports = appPorts(app).length;
  const byMesos = app.healthChecks.filter((check) => isMesosCheck(check.protocol)).length;
  return [
    ...(byMesos > 1 ? details("/", ["AppDefinition can contain at most one Mesos health check"]) : []),
    ...app.healthChecks.flatMap((check, index) => {
      const path = `/healthChecks(${index})`;
      if (check.protocol === "COMMAND") {
        return check.command === undefined ? details(`${path}/command`, ["not defined"]) : [];
      }
      const both = check.port !== undefined && check.portIndex !== undefined;
      return [
        ...(both ? details(path, ["HTTP, HTTPS and TCP health checks take either port or portIndex, not both"]) : []),
        ...(usesPort(check) && !both && (check.portIndex ?? 0) >= ports
          ? details(path, [
              "Health check port indices must address an element of the ports array or container port mappings.",
            ])
          : []),
      ];
    }),
  ];
}

function limitProblems({ cpus, mem, resourceLimits = {} }: App): ErrorDetail[] {
  const asked = { cpus, mem };
  return (["cpus", "mem"] as const).flatMap((name) => {
    const limit = resourceLimits[name];
    const message = `resource limit must be greater than or equal to requested resource (${asked[name]})`;
    return typeof limit === "number" && limit < asked[name] ? details(`/resourceLimits/${name}`, [message]) : [];
  });
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
