import { randomUUID } from "node:crypto";
import type { FrameworkInfo, TaskStatus } from "@drover/lib/mesos/types";
import type { Cluster } from "../cluster";
import type { Agent, Connection, Framework, TaskRecord } from "../model";
import { agentMessage, frameworkMessage, newTaskMessage } from "./operator-view";

/** As the stream of schedulers. */
const HEARTBEAT_SECONDS = 15;

interface Watcher {
  connection: Connection<object>;
  /** What it may not see is left out. */
  maySee(framework: FrameworkInfo): boolean;
}

/** Those who follow the cluster by SUBSCRIBE on the operator API. */
export class Watchers {
  /** Oldest first. */
  private readonly watchers = new Map<string, Watcher>();
  private readonly heartbeats: NodeJS.Timeout;

  /** @param limit beyond it the oldest stream is closed */
  constructor(
    private readonly cluster: Cluster,
    private readonly limit: number,
  ) {
    this.heartbeats = setInterval(() => this.tell(() => ({ type: "HEARTBEAT" })), HEARTBEAT_SECONDS * 1000);
  }

  get count(): number {
    return this.watchers.size;
  }

  stop(): void {
    clearInterval(this.heartbeats);
  }

  /** Takes a stream, and begins it with the whole state. @returns what to call when the stream is closed */
  add(connection: Connection<object>, maySee: Watcher["maySee"], state: object): () => void {
    const id = randomUUID();
    this.watchers.set(id, { connection, maySee });
    connection.send({
      type: "SUBSCRIBED",
      subscribed: { get_state: state, heartbeat_interval_seconds: HEARTBEAT_SECONDS },
    });
    connection.send({ type: "HEARTBEAT" });
    for (const [oldest, watcher] of this.watchers) {
      if (this.watchers.size <= this.limit) {
        break;
      }
      this.watchers.delete(oldest);
      watcher.connection.end();
    }
    return () => this.watchers.delete(id);
  }

  taskAdded(framework: Framework, { task }: TaskRecord): void {
    this.tell(() => ({ type: "TASK_ADDED", task_added: { task: newTaskMessage(task) } }), framework.info);
  }

  taskUpdated(framework: Framework, status: TaskStatus): void {
    const update = () => ({ framework_id: { value: framework.id }, status, state: status.state });
    this.tell(() => ({ type: "TASK_UPDATED", task_updated: update() }), framework.info);
  }

  agentAdded(agent: Agent): void {
    this.tell(() => ({ type: "AGENT_ADDED", agent_added: { agent: agentMessage(agent) } }));
  }

  agentRemoved(agentId: string): void {
    this.tell(() => ({ type: "AGENT_REMOVED", agent_removed: { agent_id: { value: agentId } } }));
  }

  frameworkAdded(framework: Framework): void {
    const added = () => ({ framework: frameworkMessage(this.cluster, framework) });
    this.tell(() => ({ type: "FRAMEWORK_ADDED", framework_added: added() }), framework.info);
  }

  frameworkUpdated(framework: Framework): void {
    const updated = () => ({ framework: frameworkMessage(this.cluster, framework) });
    this.tell(() => ({ type: "FRAMEWORK_UPDATED", framework_updated: updated() }), framework.info);
  }

  frameworkRemoved({ info }: Framework): void {
    this.tell(() => ({ type: "FRAMEWORK_REMOVED", framework_removed: { framework_info: info } }), info);
  }

  /** Makes the event only when somebody listens. */
  private tell(event: () => object, about?: FrameworkInfo): void {
    const listeners = [...this.watchers.values()].filter(({ maySee }) => about === undefined || maySee(about));
    if (listeners.length > 0) {
      const made = event();
      for (const { connection } of listeners) {
        connection.send(made);
      }
    }
  }
}
