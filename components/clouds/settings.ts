import { ConfigurationError, type Environment } from "../../stacks/environment";

/** Everything about an environment that a cloud cannot work with: a line each, collected and thrown at once. */
export class Problems {
  private readonly lines: string[] = [];

  constructor(private readonly environment: Environment) {}

  /** Notes a problem unless the condition holds. */
  unless(condition: boolean, line: string): void {
    if (!condition) this.lines.push(line);
  }

  /** @throws ConfigurationError when there was a problem */
  throw(): void {
    if (this.lines.length > 0) throw new ConfigurationError(this.environment.name, this.lines);
  }
}

/**
 * The section of the environment that a cloud needs.
 * @throws ConfigurationError when it is missing
 */
export function sectionOf<Key extends "azure" | "openstack">(
  environment: Environment,
  key: Key,
): NonNullable<Environment[Key]> {
  const section = environment[key];
  if (!section) {
    throw new ConfigurationError(environment.name, [
      `drover:${key}: nothing is not allowed; it says where the machines are to be`,
    ]);
  }
  return section as NonNullable<Environment[Key]>;
}

/** What every cloud with virtual machines asks of an environment. */
export function commonProblems(environment: Environment, zones: readonly string[]): Problems {
  const problems = new Problems(environment);
  const { core, pools, access } = environment;
  problems.unless(
    access.sshFrom.length > 0,
    "drover:access.sshFrom: nothing is not allowed; it must name the network that `pulumi up` runs in, which reaches the core machines by SSH through the bastion",
  );
  problems.unless(
    !access.sshFrom.includes("0.0.0.0/0"),
    "drover:access.sshFrom: 0.0.0.0/0 is not allowed; name the networks that may log in",
  );
  problems.unless(
    !environment.sharedVolume.tls,
    "drover:sharedVolume.tls: true is not allowed; its keys would be in user data, which every process of a machine can read from the metadata service. Leave it out: on clouds the network alone keeps others from the shared volume",
  );
  const allowed = zones.join(", ");
  for (const { hostname, zone } of zones.length > 0 ? core : []) {
    problems.unless(
      zones.includes(zone),
      `drover:core.${hostname}.zone: ${JSON.stringify(zone)} is not allowed; it must be: one of ${allowed}`,
    );
  }
  for (const pool of zones.length > 0 ? pools : []) {
    for (const zone of pool.zones) {
      problems.unless(
        zones.includes(zone),
        `drover:pools.${pool.name}.zones: ${JSON.stringify(zone)} is not allowed; it must be: one of ${allowed}`,
      );
    }
  }
  const used = new Set(core.map(({ zone }) => zone)).size;
  problems.unless(
    used >= Math.min(core.length, zones.length),
    `drover:core: the machines are in ${used} of ${zones.length} zones; no two may share one as long as another is free`,
  );
  return problems;
}

/** Names of everything of a stack begin alike. */
export function resourceName(environment: Environment, part: string): string {
  return `drover-${environment.name}-${part}`;
}

/** Tags of everything of a stack. */
export function tagsOf(environment: Environment, part: string): Record<string, string> {
  return {
    ...environment.tags,
    "drover.stack": environment.name,
    "drover.part": part,
    "drover.purpose": environment.purpose,
  };
}

/** Pulumi refuses to delete what is kept, and leaves it when the stack goes. */
export interface Kept {
  protect?: boolean;
  retainOnDelete?: boolean;
}

export function keptIf(condition: boolean): Kept {
  return condition ? { protect: true, retainOnDelete: true } : {};
}

/** What production keeps data on. */
export function keepData({ purpose }: Environment): Kept {
  return keptIf(purpose === "production");
}
