import { setTimeout as delay } from "node:timers/promises";
import type { Progress } from "../server/progress";
import type { ResourceHandler } from "../server/resource";
import { SshConnection, type SshTarget } from "../ssh/connection";
import { shellCommand } from "../ssh/shell";

export interface GateInputs {
  machine: SshTarget;
  /** Name of the container. */
  container: string;
  /** Command inside the container that succeeds when the member is healthy and in sync: its own health check. */
  health: string[];
  /** Changes when the container was replaced; that is what the gate waits after. */
  containerId: string;
  timeoutSeconds: number;
}

const pollMs = 500;
const checkLimitMs = 15_000;

/**
 * Runs the health check at once: waiting for the Docker engine to do it would take up to its interval, which is long
 * because an idle cluster should be idle. Gives "healthy" or what is wrong.
 */
async function healthOf(connection: SshConnection, { container, health }: GateInputs): Promise<string> {
  try {
    await connection.exec(shellCommand(["docker", "exec", container, ...health]), checkLimitMs);
    return "healthy";
  } catch (error) {
    return `not healthy (${(error as Error).message})`;
  }
}

async function waitHealthy(inputs: GateInputs, progress: Progress): Promise<void> {
  const { hostname } = inputs.machine;
  const until = Date.now() + inputs.timeoutSeconds * 1000;
  const connection = await SshConnection.connect(inputs.machine);
  try {
    for (;;) {
      const health = await healthOf(connection, inputs);
      if (health === "healthy") return;
      if (Date.now() > until) {
        throw new Error(
          `${inputs.container} on ${hostname} is ${health} ${inputs.timeoutSeconds} s after its change, so the other machines were left as they are. Its log: npm run ssh -- ${hostname} docker logs ${inputs.container}`,
        );
      }
      progress(`waiting for ${inputs.container} on ${hostname}: ${health}`);
      await delay(pollMs);
    }
  } finally {
    connection.close();
  }
}

/**
 * Lets a change pass from one machine to the next. Creating it does not wait, since a first quorum needs all members
 * at once; updating it, because its container was replaced, waits until that member is healthy again.
 */
export const gate: ResourceHandler<GateInputs, Record<string, never>> = {
  changed: (olds, news) => olds.containerId !== news.containerId,
  create: async () => ({}),
  async update(_olds, news, progress) {
    await waitHealthy(news, progress);
    return {};
  },
};
