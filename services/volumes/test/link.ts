import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A TCP way from one slave to ZooKeeper that can be cut: open connections go silent, new ones stay unanswered. */
export class Link {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
    private readonly host: string,
  ) {}

  /** @param target `host:port` @param host address of this computer that the slave reaches */
  static async open(target: string, host: string): Promise<Link> {
    const [targetHost = "", port] = target.split(":");
    const server = createServer();
    const link = new Link(server, { host: targetHost, port: Number(port) }, host);
    server.on("connection", (socket) => link.join(socket));
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return link;
  }

  /** `host:port` for the slave. */
  get address(): string {
    return `${this.host}:${(this.server.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.pause();
  }

  mend(): void {
    this.isCut = false;
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket): void {
    const ends = this.isCut ? [near] : [near, connect(this.target)];
    for (const [index, end] of ends.entries()) {
      const other = ends[1 - index];
      this.sockets.add(end);
      end.on("data", (chunk) => other?.write(chunk));
      end.on("error", () => end.destroy());
      end.on("close", () => {
        this.sockets.delete(end);
        other?.destroy();
      });
      if (this.isCut) end.pause();
    }
  }
}
