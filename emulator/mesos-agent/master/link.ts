import { Agent as ConnectionPool } from "node:http";
import type { AgentToMaster, MasterToAgent, Register } from "@drover/emulator/protocol/agent";
import { readBody } from "@drover/lib/http/body";
import type { Logger } from "@drover/lib/log";
import type { LeadingMaster, MasterDetector } from "@drover/lib/mesos/master-detector";
import { MesosHttpError, postJson, readRecords } from "@drover/lib/mesos/stream";
import { Backoff } from "./backoff";

const PATH = "/api/v1/agent";
/** Upstream's agent looks for a new master after as long without a ping: 5 times 15 s, unless the master says. */
const DEFAULT_PING_TIMEOUT_SECONDS = 75;
const ANSWER_LIMIT_BYTES = 64 * 1024;

/** What an agent says, without the two ids that the link adds. */
export type AgentMessage = AgentToMaster extends infer Each
  ? Each extends AgentToMaster
    ? Omit<Each, "agent_id" | "stream_id">
    : never
  : never;

export interface MasterLinkOptions {
  detector: MasterDetector;
  /** First wait before a registration, at random below it; later waits double up to one minute. */
  backoffFactorMs: number;
  /** HTTP basic credentials of this agent (flag `credential`). */
  credential?: { principal: string; secret: string };
  /** Made anew for each registration. */
  registration(): Register["register"];
  /** Every message in order, REGISTERED first. */
  onMessage(message: MasterToAgent): void;
  log: Logger;
}

interface Session {
  agentId: string;
  streamId: string;
  url: string;
}

/** Keeps the agent registered with the leading master, over leader changes and broken connections. */
export class MasterLink {
  /** One connection, so that messages arrive in the order they were sent. */
  private readonly pool = new ConnectionPool({ keepAlive: true, maxSockets: 1 });
  private readonly backoff: Backoff;
  private leader: LeadingMaster | undefined;
  private session: Session | undefined;
  private pingTimeoutSeconds = DEFAULT_PING_TIMEOUT_SECONDS;
  private attempt: AbortController | undefined;
  private retry: NodeJS.Timeout | undefined;
  private stopWatching: (() => void) | undefined;
  private stopped = false;

  constructor(private readonly options: MasterLinkOptions) {
    this.backoff = new Backoff(options.backoffFactorMs);
  }

  get isRegistered(): boolean {
    return this.session !== undefined;
  }

  /** The leading master's host name, undefined while there is none. */
  get masterHostname(): string | undefined {
    return this.leader?.address.hostname;
  }

  start(): void {
    this.stopWatching = this.options.detector.watch((leader) => {
      this.options.log.info({ master: leader?.pid ?? "none" }, "leading master detected");
      this.leader = leader;
      this.attempt?.abort(new Error("another master leads"));
      this.backoff.reset();
      this.schedule();
    });
  }

  stop(): void {
    this.stopped = true;
    this.stopWatching?.();
    clearTimeout(this.retry);
    this.attempt?.abort(new Error("the agent stops"));
    this.pool.destroy();
  }

  /**
   * Sends a message in the current session. What is lost because there is none, or on the way, the next registration
   * tells; status updates and answers to pings come again by themselves.
   */
  async send(message: AgentMessage): Promise<void> {
    const { session } = this;
    if (session === undefined) {
      return;
    }
    const { agentId, streamId, url } = session;
    try {
      const body = { agent_id: { value: agentId }, stream_id: streamId, ...message };
      const { response } = await postJson(url, body, { agent: this.pool, headers: this.headers() });
      await readBody(response, ANSWER_LIMIT_BYTES);
    } catch (error) {
      this.options.log.warn({ message: message.type, error: (error as Error).message }, "the master did not take it");
      const isRepeated = message.type === "UPDATE" || message.type === "PONG";
      if ((error instanceof MesosHttpError || !isRepeated) && session === this.session) {
        this.attempt?.abort(error);
      }
    }
  }

  private schedule(): void {
    clearTimeout(this.retry);
    if (!this.stopped) {
      this.retry = setTimeout(() => void this.register(), this.backoff.nextMs());
    }
  }

  private async register(): Promise<void> {
    if (this.attempt !== undefined || this.leader === undefined || this.stopped) {
      return; // the end of the running attempt, or the next leader, starts the next one
    }
    const attempt = new AbortController();
    this.attempt = attempt;
    let reason = "the master closed the stream";
    try {
      await this.follow(this.leader, attempt.signal);
    } catch (error) {
      reason = ((attempt.signal.aborted ? attempt.signal.reason : error) as Error).message;
    }
    this.attempt = undefined;
    this.session = undefined;
    if (!this.stopped) {
      this.options.log.warn({ reason }, "not registered");
    }
    this.schedule();
  }

  private async follow(leader: LeadingMaster, signal: AbortSignal): Promise<void> {
    const { ip, port } = leader.address;
    const body: Register = { type: "REGISTER", register: this.options.registration() };
    // A connection of its own: its end is how the master learns that the agent has gone.
    const headers = { ...this.headers(), Connection: "close" };
    const { response, url } = await postJson(`http://${ip}:${port}${PATH}`, body, { headers, signal });
    const onRecord = (record: unknown) => this.receive(record as MasterToAgent, url);
    await readRecords(response, onRecord, () => this.pingTimeoutSeconds * 1000);
  }

  private receive(message: MasterToAgent, url: string): void {
    if (message.type === "REGISTERED") {
      const { agent_id, stream_id, total_ping_timeout_seconds } = message.registered;
      this.pingTimeoutSeconds = total_ping_timeout_seconds ?? DEFAULT_PING_TIMEOUT_SECONDS;
      this.session = { agentId: agent_id.value, streamId: stream_id, url };
      this.backoff.reset();
    }
    if (message.type === "PING") {
      void this.send({ type: "PONG" });
    } else if (!this.stopped) {
      this.options.onMessage(message);
    }
  }

  private headers(): { Authorization?: string } {
    const { credential } = this.options;
    if (credential === undefined) {
      return {};
    }
    const pair = Buffer.from(`${credential.principal}:${credential.secret}`).toString("base64");
    return { Authorization: `Basic ${pair}` };
  }
}
