import { setTimeout as delay } from "node:timers/promises";
import type { Progress } from "../server/progress";
import type { ResourceHandler } from "../server/resource";
import { SshConnection, type SshTarget } from "../ssh/connection";

export interface GateInputs {
  machine: SshTarget;
  /** Name of the container whose own health check says that the member is healthy and in sync. */
  container: string;
  /** Changes when the container was replaced; that is what the gate waits after. */
  containerId: string;
  timeoutSeconds: number;
}

const pollMs = 500;

async function healthOf(connection: SshConnection, container: string): Promise<string> {
  const format = "{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}} without a health check{{end}}";
  return (await connection.exec(`docker inspect -f '${format}' ${container}`, 10_000)).trim();
}

async function waitHealthy(inputs: GateInputs, progress: Progress): Promise<void> {
  const { hostname } = inputs.machine;
  const until = Date.now() + inputs.timeoutSeconds * 1000;
  const connection = await SshConnection.connect(inputs.machine);
  try {
    for (;;) {
      const health = await healthOf(connection, inputs.container);
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
