import type { CommandInfo, Offer, Resource, TaskInfo } from "@drover/lib/mesos/types";
import type { Job } from "../model/job";
import type { Run } from "../model/run";
import { decimal } from "./constraints";
import { containerInfo } from "./container-info";

export interface Placement {
  job: Job;
  run: Run;
  offer: Offer;
  resources: Resource[];
}

/** The task that Mesos is asked to launch. */
export function taskInfo({ job, run, offer, resources }: Placement): TaskInfo {
  const environment = {
    variables: Object.entries(taskEnvironment(job, run, offer.hostname)).map(([name, value]) => ({
      name,
      type: "VALUE" as const,
      value,
    })),
  };
  const container = job.container ? { container: containerInfo(job.container) } : {};
  const user = job.runAsUser === "" ? {} : { user: job.runAsUser };
  return {
    name: `ChronosTask:${job.name}`,
    task_id: { value: run.taskId },
    agent_id: offer.agent_id,
    resources,
    ...(job.executor === ""
      ? { command: { ...whatToRun(job, run), ...user, environment }, ...container }
      : {
          executor: {
            type: "CUSTOM",
            executor_id: { value: job.name },
            command: { value: job.executor, ...user, environment, ...fetched(job) },
            ...container,
          },
          data: Buffer.from(job.taskInfoData || `${job.executorFlags}|${job.command}`).toString("base64"),
        }),
    ...(job.maxCompletionTime > 0 ? { max_completion_time: { nanoseconds: job.maxCompletionTime * 1e9 } } : {}),
  };
}

/** What Chronos says of the run; it cannot be overridden. */
function taskEnvironment(job: Job, run: Run, host: string): Record<string, string> {
  return {
    ...Object.fromEntries(job.environmentVariables.map(({ name, value }) => [name, value])),
    mesos_task_id: run.taskId,
    MESOS_TASK_ID: run.taskId,
    CHRONOS_JOB_OWNER: job.owner,
    CHRONOS_JOB_NAME: job.name,
    HOST: host,
    CHRONOS_RESOURCE_MEM: decimal(job.mem),
    CHRONOS_RESOURCE_CPU: decimal(job.cpus),
    CHRONOS_RESOURCE_DISK: decimal(job.disk),
    CHRONOS_JOB_RUN_TIME: String(run.dueMs),
    CHRONOS_JOB_RUN_ATTEMPT: String(run.attempt),
  };
}

/**
 * A command that is a URL is fetched and run. A shell gets the arguments behind the command; without a shell the
 * command is the program and the arguments are its argv, followed by those of this run.
 */
function whatToRun(job: Job, run: Run): Omit<CommandInfo, "environment" | "user"> {
  const words = (run.arguments ?? "").replaceAll(";", "").split(/\s+/).filter(Boolean);
  if (!job.shell) {
    const argv = [...(job.arguments.length === 0 && words.length > 0 ? [job.command] : job.arguments), ...words];
    return { shell: false, ...(job.command ? { value: job.command } : {}), arguments: argv, ...fetched(job) };
  }
  const given = (run.arguments ?? job.arguments.join(" ")).replaceAll(";", "");
  const command = given === "" ? job.command : `${job.command} ${given}`;
  if (/^(http|ftp)/.test(command)) {
    const file = command.slice(command.lastIndexOf("/"));
    return { shell: true, value: `".${file}"`, uris: [{ value: command, executable: true }] };
  }
  return { shell: command !== "", ...(command ? { value: command } : {}), ...fetched(job) };
}

function fetched({ fetch, uris }: Job): Pick<CommandInfo, "uris"> {
  const plain = uris.map((value) => ({ value, extract: true, executable: false, cache: false }));
  const detailed = fetch.map(({ uri, extract, executable, cache, output_file }) => ({
    ...{ value: uri, extract, executable, cache },
    ...(output_file === "" ? {} : { output_file }),
  }));
  const all = [...detailed, ...plain];
  return all.length > 0 ? { uris: all } : {};
}
