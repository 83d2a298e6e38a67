import { type Container, containersOf } from "../model/container";
import type { Facts, ResourceRule } from "../rule";

/** A rule that looks at every container alone, whoever starts it. */
function containerRule(
  rule: Pick<ResourceRule, "name" | "description" | "level">,
  wrong: (container: Container, facts: Facts) => string | undefined,
): ResourceRule {
  return {
    ...rule,
    resource: (resource, facts) =>
      containersOf(resource, facts.environment).flatMap((container) => wrong(container, facts) ?? []),
  };
}

/** Several services share a machine; one without limits starves the others. */
export const containerLimits = containerRule(
  { name: "container-limits", description: "Every container has memory and CPU limits.", level: "mandatory" },
  ({ name, memoryMb, cpus }) => {
    const missing = [...(memoryMb > 0 ? [] : ["memory"]), ...(cpus > 0 ? [] : ["CPU"])];
    return missing.length > 0 ? `container ${name} has no limit of ${missing.join(" and ")}` : undefined;
  },
);

/** Docker does not start an on-failure container again after the machine has. */
export const containerRestart = containerRule(
  { name: "container-restart", description: "Every container comes back after a reboot.", level: "mandatory" },
  ({ name, once, survivesReboot }) =>
    once || survivesReboot
      ? undefined
      : `container ${name} does not come back after a reboot: its restart policy must be always or unless-stopped`,
);

/** Logs without bounds fill the disk that everything else needs. */
export const containerLogs = containerRule(
  { name: "container-logs", description: "Every container's logs are bounded.", level: "mandatory" },
  ({ name, boundedLogs }) =>
    boundedLogs ? undefined : `container ${name} has unbounded logs: set the driver json-file or local and max-size`,
);

/** Whoever reaches the Docker engine is root on the machine. */
export const dockerSocket = containerRule(
  {
    name: "docker-socket",
    description: "Only listed containers reach the machine's Docker engine.",
    level: "mandatory",
  },
  ({ name, hostPaths }, { environment }) => {
    const path = hostPaths.find((host) => /\/docker\.sock$/.test(host) || ["/", "/run", "/var/run"].includes(host));
    return path === undefined || environment.policy.dockerSocket.includes(name)
      ? undefined
      : `container ${name} reaches the Docker engine by ${path}: list it in drover:policy.dockerSocket if it must`;
  },
);

/** A privileged container is not contained. */
export const privileged = containerRule(
  { name: "privileged", description: "Only listed containers are privileged.", level: "mandatory" },
  ({ name, privileged: everything, capabilities }, { environment }) => {
    const all = everything || capabilities.some((capability) => /^(CAP_)?ALL$/.test(capability));
    return all && !environment.policy.privileged.includes(name)
      ? `container ${name} is privileged: list it in drover:policy.privileged if it must be`
      : undefined;
  },
);
