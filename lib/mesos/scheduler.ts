import { Agent } from "node:http";
import { readBody } from "../http/body";
import type { LeadingMaster, MasterDetector } from "./master-detector";
import { MesosHttpError, postJson, readRecords } from "./stream";
import type { Call, Event, Filters, FrameworkInfo, KillPolicy, Operation, TaskStatus, Value } from "./types";

export interface SchedulerListener {
  /** Every event in order, HEARTBEAT and ERROR too; SUBSCRIBED after each (re-)subscription. */
  onEvent(event: Event): void;
  /** The subscription is lost; the driver tries again by itself. Offers held so far are void. */
  onDisconnected?(reason: string): void;
  /** The master will not have this framework (ERROR event, 4xx on SUBSCRIBE). The driver has stopped. */
  onFatal(message: string): void;
}

export interface SchedulerOptions {
  detector: MasterDetector;
  /** With `id` to fail over; the driver keeps the id it is given by SUBSCRIBED. */
  framework: FrameworkInfo;
  suppressedRoles?: string[];
  /** HTTP basic credentials; the principal has to be the framework's. */
  credentials?: { principal: string; secret: string };
  listener: SchedulerListener;
}

/** `Call` without `framework_id`, which the driver adds. */
type Body = Call extends infer Each ? (Each extends Call ? Omit<Each, "framework_id"> : never) : never;

interface Subscription {
  url: string;
  streamId: string;
}

const PATH = "/api/v1/scheduler";
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 5000;
/** Without a heartbeat for this many intervals the connection is given up. */
const MISSED_HEARTBEATS = 3;
const DEFAULT_HEARTBEAT_SECONDS = 15;
const CALL_ANSWER_LIMIT_BYTES = 1024 * 1024;

/**
 * A framework's side of the v1 scheduler API: stays subscribed with the leading master, over leader changes and broken
 * connections, and sends calls on the current subscription.
 */
export class SchedulerDriver {
  /** One connection, so that calls arrive in the order they were made. */
  private readonly calls = new Agent({ keepAlive: true, maxSockets: 1 });
  private framework: FrameworkInfo;
  private suppressedRoles: string[];
  private leader: LeadingMaster | undefined;
  private subscription: Subscription | undefined;
  private attempt: AbortController | undefined;
  private backoffMs = FIRST_BACKOFF_MS;
  private retry: NodeJS.Timeout | undefined;
  private stopWatching: (() => void) | undefined;
  private stopped = false;

  constructor(private readonly options: SchedulerOptions) {
    this.framework = options.framework;
    this.suppressedRoles = options.suppressedRoles ?? [];
  }

  /** The id the master gave, undefined before the first SUBSCRIBED. */
  get frameworkId(): string | undefined {
    return this.framework.id?.value;
  }

  get isSubscribed(): boolean {
    return this.subscription !== undefined;
  }

  /** Of the current subscription. */
  get streamId(): string | undefined {
    return this.subscription?.streamId;
  }

  /** The master that is subscribed to, as URL, for instance `http://10.0.0.1:5050/…`. */
  get masterUrl(): string | undefined {
    return this.subscription?.url;
  }

  start(): void {
    this.stopWatching = this.options.detector.watch((leader) => {
      this.leader = leader;
      this.backoffMs = FIRST_BACKOFF_MS;
      this.attempt?.abort(new Error("another master leads"));
      this.schedule(0);
    });
  }

  /** Closes the connection; the framework lives on until its failover timeout (see {@link teardown}). */
  stop(): void {
    this.stopped = true;
    this.stopWatching?.();
    clearTimeout(this.retry);
    this.attempt?.abort(new Error("the driver was stopped"));
    this.calls.destroy();
  }

  accept(offerIds: Value[], operations: Operation[], filters?: Filters): Promise<void> {
    return this.call({ type: "ACCEPT", accept: { offer_ids: offerIds, operations, filters } });
  }

  decline(offerIds: Value[], filters?: Filters): Promise<void> {
    return this.call({ type: "DECLINE", decline: { offer_ids: offerIds, filters } });
  }

  kill(taskId: string, agentId?: string, killPolicy?: KillPolicy): Promise<void> {
    const agent = agentId === undefined ? undefined : { value: agentId };
    return this.call({ type: "KILL", kill: { task_id: { value: taskId }, agent_id: agent, kill_policy: killPolicy } });
  }

  /** Acknowledges an update that carries a uuid; others need no acknowledgement and none is sent. */
  async acknowledge(status: TaskStatus): Promise<void> {
    if (status.uuid !== undefined && status.agent_id !== undefined) {
      const { agent_id, task_id, uuid } = status;
      await this.call({ type: "ACKNOWLEDGE", acknowledge: { agent_id, task_id, uuid } });
    }
  }

  /** Asks for the states of these tasks; of all tasks when the list is empty. */
  reconcile(tasks: { taskId: string; agentId?: string }[]): Promise<void> {
    const list = tasks.map(({ taskId, agentId }) => ({
      task_id: { value: taskId },
      ...(agentId === undefined ? {} : { agent_id: { value: agentId } }),
    }));
    return this.call({ type: "RECONCILE", reconcile: { tasks: list } });
  }

  /** Drops all refuse filters and suppressions of these roles; of all roles when none is named. */
  revive(roles: string[] = []): Promise<void> {
    this.suppressedRoles = roles.length === 0 ? [] : this.suppressedRoles.filter((role) => !roles.includes(role));
    return this.call({ type: "REVIVE", revive: { roles } });
  }

  /** No more offers for these roles, also after a re-subscription; for all roles when none is named. */
  suppress(roles: string[] = []): Promise<void> {
    const all = this.framework.roles ?? [this.framework.role ?? "*"];
    this.suppressedRoles = [...new Set([...this.suppressedRoles, ...(roles.length === 0 ? all : roles)])];
    return this.call({ type: "SUPPRESS", suppress: { roles } });
  }

  message(agentId: string, executorId: string, data: Buffer): Promise<void> {
    const message = { agent_id: { value: agentId }, executor_id: { value: executorId }, data: data.toString("base64") };
    return this.call({ type: "MESSAGE", message });
  }

  shutdownExecutor(agentId: string, executorId: string): Promise<void> {
    const shutdown = { agent_id: { value: agentId }, executor_id: { value: executorId } };
    return this.call({ type: "SHUTDOWN", shutdown });
  }

  /** Changes what can be changed of the FrameworkInfo; it is also used for later subscriptions. */
  async updateFramework(framework: FrameworkInfo): Promise<void> {
    const next = { ...framework, id: this.framework.id };
    const update = { framework_info: next, suppressed_roles: this.suppressedRoles };
    await this.call({ type: "UPDATE_FRAMEWORK", update_framework: update });
    this.framework = next;
  }

  /** Ends the framework: all its tasks are killed. The driver stops. */
  async teardown(): Promise<void> {
    await this.call({ type: "TEARDOWN" });
    this.stop();
  }

  /**
   * Sends a call on the current subscription.
   * @throws Error when there is none or the call was lost, which ends the subscription, so that all offers are void;
   * MesosHttpError when the master refuses. The call may be repeated after the next SUBSCRIBED if it still makes sense
   */
  async call(body: Body): Promise<void> {
    const subscription = this.subscription;
    if (!subscription) {
      throw new Error(`${body.type} cannot be sent: the framework is not subscribed`);
    }
    const headers = { ...this.authorization(), "Mesos-Stream-Id": subscription.streamId };
    const call = { ...body, framework_id: this.framework.id };
    try {
      const { response } = await postJson(subscription.url, call, { agent: this.calls, headers });
      await readBody(response, CALL_ANSWER_LIMIT_BYTES);
    } catch (error) {
      // Nobody knows whether it arrived, and an offer it was about could stay taken for ever.
      if (!(error instanceof MesosHttpError) && subscription === this.subscription) {
        this.attempt?.abort(new Error(`${body.type} was lost on the way: ${(error as Error).message}`));
      }
      throw error;
    }
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.retry);
    if (!this.stopped) {
      this.retry = setTimeout(() => void this.subscribe(), delayMs);
    }
  }

  private async subscribe(): Promise<void> {
    if (this.attempt || !this.leader || this.stopped) {
      return; // the end of the running attempt, or the next leader, starts the next one
    }
    const attempt = new AbortController();
    this.attempt = attempt;
    let reason = "the master closed the stream";
    try {
      await this.followStream(this.leader, attempt.signal);
    } catch (error) {
      const failure = attempt.signal.aborted ? attempt.signal.reason : error;
      reason = (failure as Error).message;
      if (failure instanceof MesosHttpError && [400, 401, 403].includes(failure.status)) {
        this.fail(reason);
      }
    }
    this.attempt = undefined;
    if (this.subscription) {
      this.subscription = undefined;
      this.options.listener.onDisconnected?.(reason);
    }
    this.schedule(attempt.signal.aborted ? 0 : this.nextBackoffMs());
  }

  private async followStream(leader: LeadingMaster, signal: AbortSignal): Promise<void> {
    const { ip, port } = leader.address;
    const id = this.framework.id;
    const subscribe = { framework_info: this.framework, suppressed_roles: this.suppressedRoles };
    const call: Call = { type: "SUBSCRIBE", subscribe, ...(id ? { framework_id: id } : {}) };
    // A connection of its own: closing it is how the master learns that the framework has gone.
    const headers = { ...this.authorization(), Connection: "close" };
    const { response, url } = await postJson(`http://${ip}:${port}${PATH}`, call, {
      agent: undefined,
      headers,
      signal,
    });
    const streamId = response.headers["mesos-stream-id"];
    if (typeof streamId !== "string") {
      response.destroy();
      throw new Error(`${url} answered without Mesos-Stream-Id: is it a Mesos master?`);
    }
    let heartbeatSeconds = DEFAULT_HEARTBEAT_SECONDS;
    const onRecord = (record: unknown) => {
      const event = record as Event;
      if (event.type === "SUBSCRIBED") {
        heartbeatSeconds = event.subscribed.heartbeat_interval_seconds ?? DEFAULT_HEARTBEAT_SECONDS;
        this.framework = { ...this.framework, id: event.subscribed.framework_id };
        this.subscription = { url, streamId };
        this.backoffMs = FIRST_BACKOFF_MS;
      }
      if (!this.stopped) {
        this.options.listener.onEvent(event);
      }
      if (event.type === "ERROR") {
        this.fail(event.error.message);
      }
    };
    await readRecords(response, onRecord, () => heartbeatSeconds * 1000 * MISSED_HEARTBEATS);
  }

  private fail(message: string): void {
    if (!this.stopped) {
      this.stop();
      this.options.listener.onFatal(message);
    }
  }

  private nextBackoffMs(): number {
    const ms = this.backoffMs * (0.5 + Math.random() / 2);
    this.backoffMs = Math.min(this.backoffMs * 2, MAX_BACKOFF_MS);
    return ms;
  }

  private authorization(): { Authorization?: string } {
    const { credentials } = this.options;
    if (!credentials) {
      return {};
    }
    const pair = Buffer.from(`${credentials.principal}:${credentials.secret}`).toString("base64");
    return { Authorization: `Basic ${pair}` };
  }
}
