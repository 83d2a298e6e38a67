import type { Duplex } from "node:stream";
import { SshConnection, type SshTarget } from "../ssh/connection";

/**
 * A way into the cluster's network: tunnels through whichever core machine can be reached, so that nothing needs to be
 * exposed and one machine that is down does not hide the others.
 */
export class ClusterLink {
  private current: SshConnection | undefined;

  constructor(private readonly machines: readonly SshTarget[]) {}

  /** The connection that tunnels run through; made when there is none. Throws the last machine's error. */
  private async connection(): Promise<SshConnection> {
    if (this.current) return this.current;
    let problem = new Error("there is no core machine to connect to");
    for (const machine of this.machines) {
      try {
        const connection = await SshConnection.connect(machine);
        connection.onClose(() => {
          if (this.current === connection) this.current = undefined;
        });
        this.current = connection;
        return connection;
      } catch (error) {
        problem = error as Error;
      }
    }
    throw problem;
  }

  /** Opens a TCP connection from inside the cluster. */
  readonly dial = async (address: string, port: number): Promise<Duplex> => {
    const connection = await this.connection();
    return connection.dial(address, port);
  };

  close(): void {
    this.current?.close();
  }
}
