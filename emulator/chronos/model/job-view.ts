import { type Container, isScheduled, type Job } from "./job";

/** A job as upstream prints it: its fields in that order, what is not set left out. */
export function jobView(job: Job): Record<string, unknown> {
  return {
    name: job.name,
    command: job.command,
    shell: job.shell,
    executor: job.executor,
    executorFlags: job.executorFlags,
    taskInfoData: job.taskInfoData,
    retries: job.retries,
    owner: job.owner,
    ownerName: job.ownerName,
    description: job.description,
    // A field of 2.x, which 3.x does not print.
    ...(job.async ? { async: true } : {}),
    successCount: job.successCount,
    errorCount: job.errorCount,
    lastSuccess: job.lastSuccess,
    lastError: job.lastError,
    cpus: job.cpus,
    disk: job.disk,
    mem: job.mem,
    disabled: job.disabled,
    softError: job.softError,
    dataProcessingJobType: job.dataProcessingJobType,
    errorsSinceLastSuccess: job.errorsSinceLastSuccess,
    fetch: job.fetch.map(fetchView),
    uris: job.uris,
    environmentVariables: job.environmentVariables,
    arguments: job.arguments,
    highPriority: job.highPriority,
    runAsUser: job.runAsUser,
    concurrent: job.concurrent,
    maxCompletionTime: job.maxCompletionTime,
    ...(job.container ? { container: containerView(job.container) } : {}),
    constraints: job.constraints,
    ...(isScheduled(job)
      ? { schedule: job.schedule, scheduleTimeZone: job.scheduleTimeZone }
      : { parents: job.parents }),
  };
}

/** In lists each of `uris` and `fetch` stands in for the other one, so that old and new clients find theirs. */
export function listedJobView(job: Job): Record<string, unknown> {
  if (job.fetch.length > 0) return { ...jobView(job), uris: job.fetch.map(({ uri }) => uri) };
  const fetch = job.uris.map((uri) => ({ uri, executable: false, cache: false, extract: true }));
  return { ...jobView(job), fetch };
}

function fetchView({ output_file, ...fetch }: Job["fetch"][number]) {
  return { ...fetch, ...(output_file === "" ? {} : { output_file }) };
}

function containerView({ type, image, network, networkName, networkInfos, volumes, ...rest }: Container) {
  return {
    type,
    image,
    network,
    ...(networkName === undefined ? {} : { networkName }),
    networkInfos,
    volumes,
    forcePullImage: rest.forcePullImage,
    parameters: rest.parameters,
  };
}
