import type Docker from "dockerode";
import { parseAddress } from "./address";
import { createAgent } from "./agent";
import { SshError } from "./ssh-connection";
import { classify, HostUnreachable } from "./unreachable";

/** The newest API this plugin was written for. Older engines are spoken to in their own version. */
const NEWEST_API = "1.48";

/** How long to wait for an engine's first answer, in milliseconds: briefly to learn whether it is there, patiently to make something on it. */
export const CONNECT_LIMIT_MS = { brief: 6_000, patient: 15_000 };
export type Patience = keyof typeof CONNECT_LIMIT_MS;

/** How long a machine that did not answer counts as unreachable for brief callers, in milliseconds. */
const FAILURE_REMEMBERED_MS = 10_000;
const RETRY_PAUSE_MS = 500;

/** A Docker engine that answered, and the version of the API that both sides speak. */
export interface Connection {
  docker: Docker;
  apiVersion: string;
}

/** One Docker engine, local or behind ssh. Connections are made when they are first needed. */
export class DockerHost {
  /** The address as it was given, for messages. */
  readonly name: string;
  readonly remote: boolean;
  private readonly newAgent: () => ReturnType<typeof createAgent>;
  private agent: ReturnType<typeof createAgent>;
  private connection: Promise<Connection> | undefined;
  private failure: { error: Error; until: number } | undefined;

  constructor(host: string | undefined, sshOpts: readonly string[] = []) {
    const address = parseAddress(host);
    this.name = address.text;
    this.remote = address.kind === "ssh";
    this.newAgent = () => createAgent(address, sshOpts);
    this.agent = this.newAgent();
  }

  /**
   * Runs `work` with a connection. When the connection breaks meanwhile, `work` runs once more on a fresh one, so it must be safe to repeat.
   * Throws HostUnreachable when the engine does not answer within the limit.
   */
  async use<T>(patience: Patience, signal: AbortSignal, work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.connect(patience, signal);
    try {
      return await work(connection);
    } catch (error) {
      if (!isBrokenConnection(error)) throw error;
      this.close();
      return await work(await this.connect(patience, signal));
    }
  }

  /** Ends every connection. */
  close(): void {
    this.connection = undefined;
    this.agent.destroy();
    this.agent = this.newAgent();
  }

  private async connect(patience: Patience, signal: AbortSignal): Promise<Connection> {
    if (patience === "brief" && this.failure !== undefined && Date.now() < this.failure.until) throw this.failure.error;
    for (;;) {
      this.connection ??= this.attempt(CONNECT_LIMIT_MS[patience], signal);
      const pending = this.connection;
      try {
        return await pending;
      } catch (error) {
        if (this.connection === pending) this.close();
        // A patient caller asks again when it waited for an attempt that a brief caller had begun.
        if (!(error instanceof HostUnreachable) || patience === "brief" || error.limitMs >= CONNECT_LIMIT_MS[patience])
          throw error;
      }
    }
  }

  /** Asks until the engine answers or the limit is over: a machine that has just booted refuses at first. */
  private async attempt(limitMs: number, signal: AbortSignal): Promise<Connection> {
    const deadline = Date.now() + limitMs;
    let cause: Error | undefined;
    for (;;) {
      try {
        const connection = await withLimit(this.negotiate(), deadline - Date.now(), signal);
        this.failure = undefined;
        return connection;
      } catch (error) {
        signal.throwIfAborted();
        // An attempt that the limit cut short says nothing; the one before it may have.
        if (!(error instanceof LimitOver) || cause === undefined) cause = error as Error;
        const failure = classify(cause, this.name, this.remote, limitMs);
        if (!this.remote || Date.now() + RETRY_PAUSE_MS >= deadline) {
          this.failure = { error: failure, until: Date.now() + FAILURE_REMEMBERED_MS };
          throw failure;
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
      }
    }
  }

  private async negotiate(): Promise<Connection> {
    const { default: Client } = await import("dockerode");
    const { agent } = this;
    const options = { protocol: "http", host: "http://docker", agent } as const;
    const { ApiVersion } = await new Client(options).version();
    const apiVersion = compareApiVersions(ApiVersion, NEWEST_API) < 0 ? ApiVersion : NEWEST_API;
    return { docker: new Client({ ...options, version: `v${apiVersion}` }), apiVersion };
  }
}

/** Negative when `a` is older than `b`, zero when they are the same. */
export function compareApiVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split(".").map(Number);
  const [majorB = 0, minorB = 0] = b.split(".").map(Number);
  return majorA - majorB || minorA - minorB;
}

class LimitOver extends Error {}

async function withLimit<T>(work: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let abort = () => {};
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LimitOver("no answer within the limit")), ms);
    abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

/** True for an error of the connection, as against an answer of the engine, which has a status code. */
function isBrokenConnection(error: unknown): boolean {
  if (!(error instanceof Error) || "statusCode" in error) return false;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return error instanceof SshError || ["ECONNRESET", "EPIPE", "ECONNREFUSED", "ENOENT"].includes(code);
}
