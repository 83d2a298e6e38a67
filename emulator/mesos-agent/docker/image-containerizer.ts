import type { TaskInfo } from "@drover/lib/mesos/types";
import { refuseCniNetworks } from "../cni-networks";
import type { Containerizer, PreparedContainer, Run, RunningContainer } from "../container";
import { LaunchError } from "../launch-error";
import type { DockerEngine } from "./engine";

/**
 * Runs Mesos containers that have an image. Upstream's Mesos containerizer unpacks images itself; here the Docker
 * engine runs them, and what frameworks hear of them is the Mesos containerizer's.
 */
export class ImageContainerizer implements Containerizer {
  constructor(
    private readonly docker: Containerizer,
    private readonly engine: DockerEngine,
  ) {}

  async prepare(run: Run, signal: AbortSignal): Promise<PreparedContainer> {
    const prepared = await this.docker.prepare(translated(run), signal);
    await this.makeVolumes(run.task);
    return { launch: async () => worded(await prepared.launch()), abandon: () => prepared.abandon() };
  }

  async recover(run: Run): Promise<RunningContainer | undefined> {
    const container = await this.docker.recover(translated(run));
    return container && worded(container);
  }

  /** Unlike the Docker containerizer, the Mesos one hands a volume's options to its driver. */
  private async makeVolumes({ container }: TaskInfo): Promise<void> {
    for (const { source } of container?.volumes ?? []) {
      const { name, driver = "local", driver_options } = source?.docker_volume ?? {};
      if (name !== undefined && driver_options !== undefined) {
        const options = driver_options.parameter.map(({ key, value }) => [key, value] as const);
        try {
          await this.engine.createVolume(name, driver, Object.fromEntries(options));
        } catch (error) {
          throw new LaunchError(`volume '${name}' of driver '${driver}': ${(error as Error).message}`);
        }
      }
    }
  }
}

function translated(run: Run): Run {
  return { ...run, task: asDockerTask(run) };
}

/**
 * The task in the Docker containerizer's form. Tasks of a group are on the agent's network.
 * @throws LaunchError for networks and images that only the Mesos containerizer knows
 */
export function asDockerTask({ task, pod }: Pick<Run, "task" | "pod">): TaskInfo {
  const { mesos, network_infos = [], ...container } = task.container ?? {};
  const image = mesos?.image?.docker?.name;
  if (mesos?.image?.type !== "DOCKER" || image === undefined) {
    throw new LaunchError(`images of type ${mesos?.image?.type} are not supported by this agent`);
  }
  refuseCniNetworks(pod?.executor.container?.network_infos);
  const [network] = network_infos.filter(({ name }) => name !== undefined);
  return {
    ...task,
    container: {
      ...container,
      type: "DOCKER",
      network_infos,
      docker: {
        image,
        network: network === undefined ? "HOST" : "USER",
        ...(network?.port_mappings && { port_mappings: network.port_mappings }),
        force_pull_image: mesos.image.cached === false,
      },
    },
  };
}

/** In the Mesos containerizer's words, and without Docker's inspection. */
function worded({ ended, data, ...container }: RunningContainer): RunningContainer {
  return {
    ...container,
    ended: ended.then((ending) => ({ ...ending, message: ending.message.replace(/^Container/, "Command") })),
  };
}
