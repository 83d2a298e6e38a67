import type { Readable } from "node:stream";
import Docker, { type ContainerCreateOptions, type ContainerInspectInfo } from "dockerode";

/** Credentials for an image's registry. */
export interface RegistryAuth {
  username: string;
  password: string;
  serveraddress: string;
}

/** What the agent needs of the Docker Engine API. Containers are addressed by name. */
export class DockerEngine {
  private readonly docker: Docker;

  constructor(readonly socketPath: string) {
    this.docker = new Docker({ socketPath });
  }

  async version(): Promise<string> {
    return (await this.docker.version()).Version;
  }

  async hasImage(image: string): Promise<boolean> {
    return (await unlessAbsent(this.docker.getImage(image).inspect())) !== undefined;
  }

  /** Pulls an image to the end. @throws Error with the daemon's message */
  async pull(image: string, auth: RegistryAuth | undefined, signal: AbortSignal): Promise<void> {
    const stream = (await this.docker.pull(image, { authconfig: auth, abortSignal: signal })) as Readable;
    const abort = () => stream.destroy(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        stream.once("error", reject);
        this.docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
      });
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Makes a volume with its driver's options, unless there is one of that name and driver. @throws Error of the driver */
  async createVolume(name: string, driver: string, options: Record<string, string>): Promise<void> {
    await this.docker.createVolume({ Name: name, Driver: driver, DriverOpts: options });
  }

  async create(options: ContainerCreateOptions): Promise<void> {
    await this.docker.createContainer(options);
  }

  async start(name: string): Promise<void> {
    await this.docker.getContainer(name).start();
  }

  /** Undefined when there is no such container. */
  inspect(name: string): Promise<ContainerInspectInfo | undefined> {
    return unlessAbsent(this.docker.getContainer(name).inspect());
  }

  /** Resolves with the exit status when the container ends. */
  async wait(name: string): Promise<number> {
    return ((await this.docker.getContainer(name).wait()) as { StatusCode: number }).StatusCode;
  }

  /** `docker stop`: the stop signal, SIGKILL after the grace, which Docker takes in whole seconds. */
  async stop(name: string, graceMs: number): Promise<void> {
    await unlessAbsent(this.docker.getContainer(name).stop({ t: Math.ceil(graceMs / 1000) }));
  }

  async kill(name: string): Promise<void> {
    await unlessAbsent(this.docker.getContainer(name).kill());
  }

  /** Removes a container with its anonymous volumes. */
  async remove(name: string): Promise<void> {
    await unlessAbsent(this.docker.getContainer(name).remove({ v: true, force: true }));
  }

  /** Output from the start of the container on, as long as it runs, in Docker's framing of stdout and stderr. */
  async logs(name: string): Promise<Readable> {
    const stream = await this.docker.getContainer(name).logs({ follow: true, stdout: true, stderr: true });
    return stream as unknown as Readable;
  }

  /** Runs a command in a container. @returns its exit status */
  async exec(name: string, command: string[], env: string[], signal: AbortSignal): Promise<number> {
    const options = { Cmd: command, Env: env, AttachStdout: true, AttachStderr: true, abortSignal: signal };
    const exec = await this.docker.getContainer(name).exec(options);
    const stream = await exec.start({ abortSignal: signal });
    const abort = () => stream.destroy(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        stream.once("error", reject).once("end", resolve).once("close", resolve).resume();
      });
    } finally {
      signal.removeEventListener("abort", abort);
    }
    const { ExitCode } = await exec.inspect();
    if (ExitCode === null) {
      throw new Error("the command has not ended");
    }
    return ExitCode;
  }

  /** Names of all containers, running or not, with a label. */
  async namesByLabel(label: string, value: string, status?: string): Promise<string[]> {
    const filters = { label: [`${label}=${value}`], ...(status && { status: [status] }) };
    const containers = await this.docker.listContainers({ all: true, filters });
    return containers.map(({ Names, Id }) => Names[0]?.slice(1) ?? Id);
  }
}

/** True for the Engine API's answers that a container or image does not exist or has already stopped. */
function isAbsent(error: unknown): boolean {
  const { statusCode } = error as { statusCode?: number };
  return statusCode === 404 || statusCode === 304;
}

async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isAbsent(error)) {
      return undefined;
    }
    throw error;
  }
}
