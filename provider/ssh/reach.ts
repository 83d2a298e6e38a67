import { setTimeout as delay } from "node:timers/promises";
import type { Progress } from "../server/progress";
import { SshConnection, type SshTarget } from "./connection";

const pollMs = 300;

/**
 * A connection to a machine that may still be booting.
 * @param probe a command that must succeed on it, and what it shows: "waiting for SSH and …"
 * @throws Error that names the machine and the last reason, after the limit
 */
export async function reach(
  machine: SshTarget,
  probe: { command: string; shows: string },
  timeoutSeconds: number,
  progress: Progress,
): Promise<SshConnection> {
  const until = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    let connection: SshConnection | undefined;
    try {
      connection = await SshConnection.connect(machine);
      await connection.exec(probe.command, 10_000);
      return connection;
    } catch (error) {
      connection?.close();
      const why = (error as Error).message;
      if (Date.now() > until) {
        throw new Error(
          `${machine.hostname} is not ready after ${timeoutSeconds} s: ${why}. Is it running? Its boot log is on its console, a local machine's in: docker logs drover-${machine.stack}-${machine.hostname}`,
        );
      }
      progress(`waiting for SSH and ${probe.shows}: ${why}`);
      await delay(pollMs);
    }
  }
}
