import type { Run } from "../container";
import { LaunchError } from "../launch-error";

/** What an agent tells the tasks it runs as processes. */
export interface CommandEnvironment {
  agentId: string;
  /** `slave(1)@ip:port` */
  pid: string;
  /** `ip:port` */
  endpoint: string;
  role: string;
  recoveryTimeout: string;
  executorShutdownGracePeriod: string;
  /** Flag `executor_environment_variables`; without it tasks inherit the agent's own environment. */
  inherited: Readonly<Record<string, string | undefined>>;
}

/**
 * The environment of a command task: what the agent passes on (but not its own flags), upstream's variables of an
 * executor, the task's own.
 * @throws LaunchError for variables of type SECRET
 */
export function commandEnvironment(run: Run, agent: CommandEnvironment): Record<string, string> {
  const inherited = Object.entries(agent.inherited).filter(([name]) => !/^(MESOS|LIBPROCESS)_/.test(name));
  const own = (run.task.command?.environment?.variables ?? []).map(({ name, type, value = "" }) => {
    if (type === "SECRET") {
      throw new LaunchError(`environment variable ${name} is a SECRET, which needs a secret resolver`);
    }
    return [name, value];
  });
  return {
    ...Object.fromEntries(inherited),
    LIBPROCESS_PORT: "0",
    MESOS_AGENT_ENDPOINT: agent.endpoint,
    MESOS_ALLOCATION_ROLE: agent.role,
    MESOS_CHECKPOINT: run.framework.checkpoint ? "1" : "0",
    MESOS_DIRECTORY: run.sandbox,
    MESOS_EXECUTOR_ID: run.executorId,
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: agent.executorShutdownGracePeriod,
    MESOS_FRAMEWORK_ID: run.frameworkId,
    MESOS_HTTP_COMMAND_EXECUTOR: "0",
    MESOS_RECOVERY_TIMEOUT: agent.recoveryTimeout,
    MESOS_SANDBOX: run.sandbox,
    MESOS_SLAVE_ID: agent.agentId,
    MESOS_SLAVE_PID: agent.pid,
    MESOS_SUBSCRIPTION_BACKOFF_MAX: "2secs",
    ...Object.fromEntries(own),
  };
}
