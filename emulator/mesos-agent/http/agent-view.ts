import { versionInfo } from "@drover/emulator/http/version";
import type { Agent } from "../agent";
import { CAPABILITIES } from "../capabilities";
import type { Fetcher } from "../fetcher/fetcher";
import type { SandboxGarbage } from "../garbage";
import { type Identity, pidOf } from "../identity";
import type { LoggingLevel } from "../logging-level";
import type { NestedContainers } from "../nested/nested-containers";
import { executorsOf, resourcesInUse } from "../tasks/executors";
import { type AttachedPaths, sandboxPaths } from "./file-paths";
import { attributesView, frameworkView, resourcesView } from "./state-view";

/** Everything that the HTTP endpoints show. */
export interface AgentParts {
  agent: Agent;
  identity: Identity;
  /** The effective flags as text, without secrets. */
  flags: Record<string, string>;
  garbage: SandboxGarbage;
  fetcher: Fetcher;
  nested: NestedContainers;
  logging: LoggingLevel;
  /** The file behind `/slave/log`. */
  logFile?: string;
  /** How long the recovery took, in seconds; undefined until it is over. */
  recoverySeconds(): number | undefined;
  isRegistered(): boolean;
  masterHostname(): string | undefined;
}

/** The paths of the files API. */
export function attachedPaths({ agent, logFile }: AgentParts): AttachedPaths {
  const { frameworks, completedFrameworks } = agent.tasks;
  const executors = [...completedFrameworks, ...frameworks.values()].flatMap((framework) => {
    const { active, completed } = executorsOf(framework);
    return [...completed, ...active];
  });
  return new Map([...executors.flatMap(sandboxPaths), ...(logFile ? [["/slave/log", logFile] as const] : [])]);
}

/** `/state` */
export function stateView({ agent, identity, flags, logFile, masterHostname }: AgentParts): Record<string, unknown> {
  const { info, tasks, drain } = agent;
  const id = agent.id ?? "";
  const master = masterHostname();
  return {
    ...versionInfo(),
    start_time: agent.startMs / 1000,
    id,
    pid: pidOf(identity),
    hostname: identity.hostname,
    capabilities: CAPABILITIES,
    ...(drain && {
      drain_config: { ...drain.config, mark_gone: drain.config.mark_gone ?? false },
      estimated_drain_start_time_seconds: drain.startSeconds,
    }),
    ...resourcesView(agent.resources, resourcesInUse(tasks.frameworks.values())),
    attributes: attributesView(info.attributes),
    ...(info.domain && { domain: info.domain }),
    ...(master && { master_hostname: master }),
    ...(logFile && { log_dir: flags.log_dir }),
    flags,
    frameworks: [...tasks.frameworks.values()].map((framework) => frameworkView(framework, id)),
    completed_frameworks: tasks.completedFrameworks.map((framework) => frameworkView(framework, id)),
  };
}
