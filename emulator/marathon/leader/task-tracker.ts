import type { Logger } from "@drover/lib/log";
import type { TaskFailure } from "@drover/lib/marathon/types";
import type { TaskStatus } from "@drover/lib/mesos/types";
import type { EventBus } from "../events/event-bus";
import type { HealthMonitor } from "../health/health-monitor";
import type { ReadinessMonitor } from "../health/readiness-monitor";
import {
  conditionOf,
  hasEnded,
  type Instance,
  isFailure,
  liveTaskIdsOf,
  taskIdsOf,
  withStatus,
} from "../model/instance";
import { isPod, type RunSpec } from "../model/run-spec";
import { ownerOf } from "../placement/task-id";
import type { Store } from "../state/store";
import type { Definitions } from "./definitions";
import type { InstanceRegistry } from "./instance-registry";
import type { LaunchQueue } from "./launch-queue";
import type { ReleaseList } from "./release-list";
import { reservedAfter } from "./reserved-after";
import type { TaskKiller } from "./task-killer";
import { isToBeForgotten } from "./unreachable";

export interface TrackerParts {
  instances: InstanceRegistry;
  definitions: Definitions;
  queue: LaunchQueue;
  releases: ReleaseList;
  killer: TaskKiller;
  health: HealthMonitor;
  readiness: ReadinessMonitor;
  store: Store;
  events: EventBus;
  log: Logger;
  /** True while an app or pod is to be there. */
  isWanted: (id: string) => boolean;
  /** Something changed that deployments and the queue have to look at. */
  onChange: () => void;
  /** The same; and an agent has room that it did not have before. */
  onEnded: () => void;
}

/** Ends that say something about the app, kept as its last failure. */
const notableEnds = ["TASK_FAILED", "TASK_ERROR", "TASK_LOST", "TASK_DROPPED", "TASK_GONE", "TASK_GONE_BY_OPERATOR"];

/** Follows every task from its launch to its end, in memory and in the store. */
export class TaskTracker {
  readonly failures = new Map<string, TaskFailure>();

  constructor(private readonly parts: TrackerParts) {}

  /** Takes in the tasks a former leader knew. */
  restore(instances: readonly Instance[], failures: readonly TaskFailure[]): void {
    for (const instance of instances) this.parts.instances.put(instance);
    for (const failure of failures) this.failures.set(failure.appId, failure);
    for (const instance of instances) {
      if (instance.goal === "stop") this.kill(instance);
      if (instance.state !== "RESERVED") this.watchHealth(instance);
    }
  }

  /** Adds a task that is about to be launched; resolves when a new leader would know of it. */
  async launch(instance: Instance): Promise<void> {
    this.parts.instances.put(instance);
    this.tellChange(instance, "Provisioned");
    await this.parts.store.saveInstance(instance);
  }

  /** Takes in a status update; resolves when it is stored and may be acknowledged. */
  async update(status: TaskStatus): Promise<void> {
    const instance = this.parts.instances.withTask(status.task_id.value);
    if (instance === undefined) return this.updateUnknown(status);
    if (instance.state === "RESERVED") return this.updateFormer(instance, status);
    if (status.healthy !== undefined)
      this.parts.health.reported(instance.id, status.healthy, this.checkOf(instance, status));
    const updated = withStatus(instance, status, new Date().toISOString());
    if (hasEnded(updated.state)) {
      await this.end(updated, status);
    } else {
      if (hasEnded(status.state)) this.parts.killer.remove(status.task_id.value);
      this.parts.instances.put(updated);
      this.watchHealth(updated);
      if (updated.containers || updated.state !== instance.state) this.tellStatus(updated, status);
      if (updated.state !== instance.state) this.tellChange(updated, conditionOf(updated.state));
      this.parts.onChange();
      if (this.isForgotten(updated)) await this.expunge(updated, status.message ?? "unreachable");
      else if (!isSame(updated, instance)) await this.parts.store.saveInstance(updated);
    }
  }

  /** Tells a task to end. @param wipe its volumes go, too. One on an agent that is not there is forgotten; should it come back, it is killed then. */
  async stop(instance: Instance, wipe = false): Promise<void> {
    if (instance.state === "RESERVED") return wipe ? this.giveUp(instance) : undefined;
    const stopping: Instance = { ...instance, goal: "stop", ...(wipe ? { wipe } : {}) };
    if (instance.state === "TASK_UNREACHABLE") return this.expunge(stopping, "killed while unreachable");
    if (instance.goal === "stop" && (!wipe || instance.wipe)) return;
    this.parts.instances.put(stopping);
    this.watchHealth(stopping);
    this.kill(stopping);
    this.parts.onChange();
    await this.parts.store.saveInstance(stopping);
  }

  /** Nothing is waited for on an agent that is not there: neither the end of a task that was told to, nor one for too long. */
  private isForgotten(instance: Instance): boolean {
    if (instance.goal === "stop" && instance.state === "TASK_UNREACHABLE") return true;
    return isToBeForgotten(instance, this.parts.definitions.of(instance)?.unreachableStrategy, Date.now());
  }

  /** Forgets a task without having heard of its end. */
  async expunge(instance: Instance, message: string): Promise<void> {
    const { taskId, agentId } = instance;
    await this.end(instance, { task_id: { value: taskId }, agent_id: { value: agentId }, state: "TASK_LOST", message });
  }

  /** Forgets an instance that only holds volumes; they are given back as soon as their agent offers them. */
  async giveUp(instance: Instance): Promise<void> {
    const { instances, releases, store, onEnded } = this.parts;
    instances.remove(instance);
    releases.add(instance.id);
    onEnded();
    await store.removeInstance(instance.id);
  }

  private async end(instance: Instance, status: TaskStatus): Promise<void> {
    const { instances, definitions, releases, killer, health, readiness, store } = this.parts;
    const app = definitions.of(instance);
    const now = new Date();
    const reserved = reservedAfter(instance, status.state, this.parts.isWanted(instance.appId));
    if (reserved) instances.put(reserved);
    else instances.remove(instance);
    if (instance.volumes && !reserved) releases.add(instance.id);
    for (const taskId of taskIdsOf(instance)) killer.remove(taskId);
    health.forget(instance.id);
    readiness.forget(instance.id);
    if (app && instance.goal === "run") this.slowDown(app, instance, status, now);
    this.tellStatus({ ...instance, state: status.state }, status);
    this.tellChange({ ...instance, state: status.state }, conditionOf(status.state));
    this.parts.onEnded();
    const failure = this.failureOf(instance, status, now);
    if (failure) this.failures.set(instance.appId, failure);
    const kept = reserved ? store.saveInstance(reserved) : store.removeInstance(instance.id);
    await Promise.all([kept, failure ? store.saveFailure(failure) : undefined]);
  }

  private kill(instance: Instance): void {
    for (const taskId of liveTaskIdsOf(instance)) this.parts.killer.add({ taskId, agentId: instance.agentId });
  }

  /** Which of the health checks a status is about; undefined for an app, which has one that Mesos does. */
  private checkOf(instance: Instance, status: TaskStatus): number | undefined {
    const spec = this.parts.definitions.of(instance);
    if (spec === undefined || !isPod(spec)) return undefined;
    const name = instance.containers?.find(({ taskId }) => taskId === status.task_id.value)?.name;
    return spec.pod.containers.filter(({ healthCheck }) => healthCheck).findIndex((each) => each.name === name);
  }

  /** A task that failed, or was killed for failing its health check, delays the next one. */
  private slowDown(app: RunSpec, instance: Instance, status: TaskStatus, now: Date): void {
    const { delays } = this.parts.queue;
    if (isFailure(status.state) || status.healthy === false) delays.failed(app, now.getTime());
    else if (instance.startedAt) delays.succeeded(app, (now.getTime() - Date.parse(instance.startedAt)) / 1000);
  }

  private failureOf(instance: Instance, status: TaskStatus, now: Date): TaskFailure | undefined {
    if (!notableEnds.includes(status.state)) return undefined;
    return {
      appId: instance.appId,
      host: instance.host,
      message: status.message ?? "",
      slaveId: instance.agentId,
      state: status.state,
      taskId: status.task_id.value,
      timestamp: now.toISOString(),
      version: instance.version,
    };
  }

  /** The last task of an instance that only holds volumes by now. */
  private async updateFormer(instance: Instance, status: TaskStatus): Promise<void> {
    if (status.state === "TASK_GONE_BY_OPERATOR") await this.giveUp(instance);
    else this.updateUnknown(status);
  }

  /** A task that nobody here knows of, or that was given up: it must not run on beside its successor. */
  private updateUnknown(status: TaskStatus): void {
    const { killer, events, log } = this.parts;
    const taskId = status.task_id.value;
    if (hasEnded(status.state)) {
      killer.remove(taskId);
      events.publish("unknown_instance_terminated_event", { ...ownerOf(taskId), condition: conditionOf(status.state) });
    } else if (status.state !== "TASK_UNREACHABLE" && status.agent_id) {
      log.warn({ taskId, state: status.state }, "killing a task that is not known here");
      killer.add({ taskId, agentId: status.agent_id.value });
    }
  }

  private watchHealth(instance: Instance): void {
    const app = this.parts.definitions.of(instance);
    if (app) this.parts.health.update(instance, app);
  }

  private tellStatus(instance: Instance, status: TaskStatus): void {
    this.parts.events.publish("status_update_event", {
      slaveId: instance.agentId,
      taskId: status.task_id.value,
      taskStatus: status.state,
      message: status.message ?? "",
      appId: instance.appId,
      host: instance.host,
      ipAddresses: instance.ipAddresses,
      ports: instance.hostPorts.filter((port) => port !== null),
      version: instance.version,
    });
  }

  private tellChange(instance: Instance, condition: string): void {
    this.parts.events.publish("instance_changed_event", {
      instanceId: instance.id,
      condition,
      runSpecId: instance.appId,
      agentId: instance.agentId,
      host: instance.host,
      runSpecVersion: instance.version,
    });
  }
}

function isSame(a: Instance, b: Instance): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
