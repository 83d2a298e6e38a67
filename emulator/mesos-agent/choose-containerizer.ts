import type { TaskInfo } from "@drover/lib/mesos/types";
import type { Containerizer } from "./container";
import { DroppedTaskError, InvalidTaskError, LaunchError } from "./launch-error";

/** Which containerizers the agent has (flag containerizers). */
export interface Containerizers {
  docker?: Containerizer;
  mesos?: Containerizer;
  /** For Mesos containers with an image; there when both others are. */
  images?: Containerizer;
  /** True when the `mesos` one can limit CPU and memory (flag isolation). */
  canLimit?: boolean;
}

const LIMITED_BY: Readonly<Record<string, { name: string; isolator: string }>> = {
  cpus: { name: "CPU", isolator: "cgroups/cpu" },
  mem: { name: "Memory", isolator: "cgroups/mem" },
};

/** True for tasks that the Docker engine runs. */
export function hasImage({ container }: TaskInfo): boolean {
  return container?.type === "DOCKER" || container?.mesos?.image !== undefined;
}

/** The containerizer for a task; that none fits shows when it is used, so that it becomes a status of the task. */
export function containerizerFor(task: TaskInfo, containerizers: Containerizers): Containerizer {
  const choose = () => chooseContainerizer(task, containerizers);
  return {
    prepare: async (run, signal) => choose().prepare(run, signal),
    recover: async (run) => choose().recover(run),
  };
}

/**
 * The containerizer for a task: Docker for containers of that type, processes for everything else.
 * @throws InvalidTaskError, DroppedTaskError, LaunchError for tasks that none takes
 */
function chooseContainerizer(task: TaskInfo, containerizers: Containerizers): Containerizer {
  const { docker, mesos, images, canLimit } = containerizers;
  if (task.executor !== undefined) {
    throw new InvalidTaskError("this agent has no executors of frameworks: give the task a command instead");
  }
  const isDocker = task.container?.type === "DOCKER";
  const ofMesos = task.container?.mesos?.image === undefined ? mesos : images;
  const chosen = isDocker ? docker : ofMesos;
  if (chosen === undefined) {
    const enabled = [docker && "docker", mesos && "mesos"].filter(Boolean).join(",");
    throw new LaunchError(
      `None of the enabled containerizers (${enabled}) could create a container for the provided TaskInfo message`,
    );
  }
  const [limited] = isDocker || canLimit ? [] : Object.keys(task.limits ?? {});
  if (limited !== undefined) {
    const { name, isolator } = LIMITED_BY[limited] ?? { name: limited, isolator: `cgroups/${limited}` };
    throw new DroppedTaskError(
      "REASON_GC_ERROR",
      `${name} limits can only be set on tasks launched in Mesos containers when the agent has loaded the ` +
        `'${isolator}' isolator`,
    );
  }
  return chosen;
}
