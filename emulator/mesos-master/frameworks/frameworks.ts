import { randomUUID } from "node:crypto";
import { startTimer } from "@drover/lib/long-timer";
import type { Event, FrameworkInfo, OfferConstraints } from "@drover/lib/mesos/types";
import { isTerminal } from "@drover/lib/mesos/types";
import type { Allocator } from "../allocation/allocator";
import type { Offers } from "../allocation/offers";
import { nowSeconds } from "../clock";
import type { Leadership } from "../leadership/leadership";
import { type Connection, type Framework, rolesOf } from "../model";
import type { Operations } from "../resources/operations";
import { masterStatus, type TaskUpdates } from "./task-updates";

/** What upstream's masters send, and so what clients size their timeouts by. */
export const HEARTBEAT_SECONDS = 15;

/** Comings and goings of frameworks. */
export class Frameworks {
  private next = 0;
  private readonly heartbeats: NodeJS.Timeout;

  constructor(
    private readonly leadership: Leadership,
    private readonly updates: TaskUpdates,
    private readonly offers: Offers,
    private readonly operations: Operations,
    private readonly allocator: Allocator,
  ) {
    this.heartbeats = setInterval(() => this.heartbeat(), HEARTBEAT_SECONDS * 1000);
  }

  stop(): void {
    clearInterval(this.heartbeats);
    for (const framework of this.leadership.cluster.frameworks.values()) {
      framework.failover?.cancel();
    }
  }

  /** A known framework connects again, a recovered one comes back, or a new one comes. */
  subscribe(
    info: FrameworkInfo,
    suppressedRoles: string[],
    constraints: OfferConstraints | undefined,
    connection: Connection<Event>,
  ): Framework {
    const id = info.id?.value ?? this.newId();
    const known = this.leadership.cluster.frameworks.get(id);
    const framework = known ? this.resubscribe(known, info) : this.add(id, { ...info, id: { value: id } });
    framework.connection = connection;
    framework.offerConstraints = constraints;
    this.suppressOnly(framework, suppressedRoles);
    const { info: masterInfo, log } = this.leadership;
    log.info({ framework: id, name: info.name, known: known !== undefined }, "framework subscribed");
    this.updates.send(framework, {
      type: "SUBSCRIBED",
      subscribed: {
        framework_id: { value: id },
        heartbeat_interval_seconds: HEARTBEAT_SECONDS,
        master_info: masterInfo,
      },
    });
    this.updates.send(framework, { type: "HEARTBEAT" });
    this.announce(framework);
    this.tellWatchers(framework, known !== undefined);
    this.allocator.runSoon();
    return framework;
  }

  /** The stream with this id has gone; later streams of the framework are not touched. */
  disconnect(framework: Framework, streamId: string): void {
    if (framework.connection?.streamId !== streamId) {
      return;
    }
    framework.connection = undefined;
    this.offers.discard(framework);
    const timeoutMs = failoverTimeoutMs(framework.info);
    this.leadership.log.info({ framework: framework.id, failoverTimeoutMs: timeoutMs }, "framework disconnected");
    this.awaitReturn(framework, timeoutMs);
  }

  /** A framework that agents have tasks of, before it has subscribed with this master. */
  recover(info: FrameworkInfo): Framework | undefined {
    const id = info.id?.value;
    const { cluster, flags } = this.leadership;
    if (id === undefined || cluster.removedFrameworkIds.has(id)) {
      return undefined;
    }
    const known = cluster.frameworks.get(id);
    if (known) {
      return known;
    }
    const framework = this.add(id, info);
    framework.recovered = true;
    this.tellWatchers(framework, false);
    // After a failover agents may be faster than schedulers, so even a short failover timeout has to leave them time.
    this.awaitReturn(framework, Math.max(failoverTimeoutMs(info), flags.agent_reregister_timeout));
    return framework;
  }

  /** Changes what a framework says of itself; roles it has left lose their offers. */
  update(
    framework: Framework,
    info: FrameworkInfo,
    suppressedRoles: string[],
    constraints: OfferConstraints | undefined,
  ): void {
    framework.info = keepUnchangeable(framework.info, info);
    framework.offerConstraints = constraints;
    const roles = rolesOf(framework.info);
    for (const offer of [...framework.offers].filter(({ role }) => !roles.includes(role))) {
      this.offers.rescind(offer);
    }
    this.suppressOnly(framework, suppressedRoles);
    this.announce(framework);
    this.tellWatchers(framework, true);
    this.allocator.runSoon();
  }

  /** Ends a framework: its tasks are killed, its id never returns. */
  remove(framework: Framework): void {
    const { cluster, registry, log } = this.leadership;
    framework.failover?.cancel();
    const { connection } = framework;
    framework.connection = undefined;
    this.offers.discard(framework);
    for (const agent of cluster.agents.values()) {
      agent.connection?.send({
        type: "SHUTDOWN_FRAMEWORK",
        shutdown_framework: { framework_id: { value: framework.id } },
      });
    }
    for (const record of [...framework.tasks.values(), ...framework.unreachableTasks.values()]) {
      const { task } = record;
      const status = masterStatus(framework, {
        taskId: task.task_id.value,
        agentId: task.agent_id.value,
        state: isTerminal(task.state) ? task.state : "TASK_KILLED",
        reason: "REASON_FRAMEWORK_REMOVED",
        message: `Framework ${framework.id} removed`,
      });
      this.updates.end(framework, record, status);
    }
    framework.unreachableTasks.clear();
    this.operations.forget(framework);
    framework.unregisteredSeconds = nowSeconds();
    for (const agent of cluster.agents.values()) {
      for (const { frameworkId, info } of [...agent.executors.values()]) {
        if (frameworkId === framework.id) {
          cluster.removeExecutor(agent, frameworkId, info.executor_id.value);
        }
      }
    }
    cluster.completeFramework(framework);
    this.leadership.watchers.frameworkRemoved(framework);
    connection?.end();
    log.info({ framework: framework.id }, "framework removed");
    registry.addRemovedFramework(framework.id).catch((error: Error) => {
      log.error({ framework: framework.id, error: error.message }, "the removal of a framework could not be recorded");
    });
  }

  private tellWatchers(framework: Framework, known: boolean): void {
    const { watchers } = this.leadership;
    if (known) {
      watchers.frameworkUpdated(framework);
    } else {
      watchers.frameworkAdded(framework);
    }
  }

  private add(id: string, info: FrameworkInfo): Framework {
    const framework: Framework = {
      id,
      info,
      recovered: false,
      registeredSeconds: nowSeconds(),
      suppressed: new Set(),
      filters: new Map(),
      tasks: new Map(),
      unreachableTasks: new Map(),
      completedTasks: [],
      offers: new Set(),
      allocated: new Map(),
    };
    this.leadership.cluster.frameworks.set(id, framework);
    return framework;
  }

  private resubscribe(framework: Framework, info: FrameworkInfo): Framework {
    framework.failover?.cancel();
    framework.failover = undefined;
    const { connection } = framework;
    framework.connection = undefined;
    connection?.send({ type: "ERROR", error: { message: "Framework failed over" } });
    connection?.end();
    this.offers.discard(framework);
    framework.info = framework.recovered ? info : keepUnchangeable(framework.info, info);
    framework.recovered = false;
    framework.reregisteredSeconds = nowSeconds();
    framework.filters.clear();
    return framework;
  }

  private suppressOnly(framework: Framework, roles: string[]): void {
    framework.suppressed.clear();
    for (const role of roles) {
      framework.suppressed.add(role);
    }
  }

  /** Agents re-send the updates that wait for an acknowledgement, and know the new FrameworkInfo. */
  private announce(framework: Framework): void {
    const hosts = new Set([...framework.tasks.values()].map(({ task }) => task.agent_id.value));
    for (const host of hosts) {
      const agent = this.leadership.cluster.agents.get(host);
      agent?.connection?.send({ type: "UPDATE_FRAMEWORK", update_framework: { framework_info: framework.info } });
    }
  }

  private awaitReturn(framework: Framework, timeoutMs: number): void {
    framework.failover?.cancel();
    framework.failover = startTimer(() => {
      this.leadership.log.warn({ framework: framework.id }, "framework did not return within its failover timeout");
      this.remove(framework);
    }, timeoutMs);
  }

  private heartbeat(): void {
    for (const framework of this.leadership.cluster.frameworks.values()) {
      this.updates.send(framework, { type: "HEARTBEAT" });
    }
  }

  private newId(): string {
    return `${this.leadership.info.id}-${String(this.next++).padStart(4, "0")}`;
  }
}

export function newStreamId(): string {
  return randomUUID();
}

function failoverTimeoutMs(info: FrameworkInfo): number {
  return Math.max(0, info.failover_timeout ?? 0) * 1000;
}

/** User, checkpoint and principal stay as they were first given. */
function keepUnchangeable(old: FrameworkInfo, info: FrameworkInfo): FrameworkInfo {
  const { id, user, checkpoint, principal } = old;
  return { ...info, id, user, checkpoint, principal };
}
