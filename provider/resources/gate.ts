import { setTimeout as delay } from "node:timers/promises";
import type { Progress } from "../server/progress";
import type { ResourceHandler } from "../server/resource";
import { SshConnection, type SshTarget } from "../ssh/connection";
import { coreLog } from "../ssh/log-command";
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
 * because an idle cluster should be idle. A connection that is lost meanwhile says nothing about the service: the next
 * look has a new one.
 */
async function waitHealthy(inputs: GateInputs, progress: Progress): Promise<void> {
  const { machine, container } = inputs;
  const check = shellCommand(["docker", "exec", container, ...inputs.health]);
  const until = Date.now() + inputs.timeoutSeconds * 1000;
  let connection: SshConnection | undefined;
  try {
    for (;;) {
      let problem: string;
      try {
        if (connection === undefined || connection.isClosed) connection = await SshConnection.connect(machine);
        await connection.exec(check, checkLimitMs);
        return;
      } catch (error) {
        problem = (error as Error).message;
      }
      if (Date.now() > until) {
        throw new Error(
          `${container} on ${machine.hostname} is not healthy (${problem}) ${inputs.timeoutSeconds} s after its change, so the other machines were left as they are. Its log: ${coreLog(machine, container)}`,
        );
      }
      progress(`waiting for ${container} on ${machine.hostname}: not healthy (${problem})`);
      await delay(pollMs);
    }
  } finally {
    connection?.close();
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
