import type { OfferInterest } from "../../framework/offer-interest";
import { type Moves, scaleMoves, stopMoves, type TaskView, upgradeMoves } from "../deployments/moves";
import type { Action } from "../deployments/plan";
import type { RunningDeployment } from "../deployments/running-deployment";
import type { EventBus } from "../events/event-bus";
import type { HealthMonitor } from "../health/health-monitor";
import type { ReadinessMonitor } from "../health/readiness-monitor";
import { configVersion } from "../model/app-change";
import type { Instance } from "../model/instance";
import type { RunSpec } from "../model/run-spec";
import type { Definitions } from "./definitions";
import type { InstanceRegistry } from "./instance-registry";
import type { LaunchQueue } from "./launch-queue";
import type { ReleaseList } from "./release-list";
import type { TaskTracker } from "./task-tracker";
import { isGivenUp } from "./unreachable";
import type { WantedState } from "./wanted-state";

export interface ConductorParts {
  state: WantedState;
  instances: InstanceRegistry;
  definitions: Definitions;
  tracker: TaskTracker;
  queue: LaunchQueue;
  interest: OfferInterest;
  releases: ReleaseList;
  health: HealthMonitor;
  readiness: ReadinessMonitor;
  events: EventBus;
  onFinished: (deployment: RunningDeployment) => void;
  /** Takes note of what goes on in the background; a failure ends the leadership. */
  watch: (work: Promise<unknown>) => void;
}

/** Before everything that was ever staged. */
const always = "";

/** Looks at all apps after every change and does what is due: kills, queues launches, steps deployments forward. */
export class Conductor {
  private pending: NodeJS.Timeout | undefined;
  /** How long the last look took. */
  private lookMs = 0;

  constructor(private readonly parts: ConductorParts) {}

  /** Many changes may come at once, and one look suffices for all. With many tasks no more than half the time goes into looking. */
  advanceSoon(): void {
    this.pending ??= setTimeout(() => {
      this.pending = undefined;
      const startMs = performance.now();
      this.advance();
      this.lookMs = performance.now() - startMs;
    }, this.lookMs);
  }

  close(): void {
    clearTimeout(this.pending);
  }

  private advance(): void {
    const { state, instances, queue, interest, releases } = this.parts;
    for (const deployment of [...state.deployments.values()]) this.step(deployment);
    for (const id of new Set([...state.root.specs.keys(), ...instances.appIds()])) {
      const [deployment] = state.deploymentsOf(id);
      if (deployment === undefined || deployment.hasFinished(id)) this.keep(id);
      // An app whose step has not come yet gets nothing new.
      else if (deployment.actionFor(id) === undefined) this.want(id, 0);
    }
    const ready = queue.ready(Date.now()).map((app) => app.id);
    interest.update([...ready, ...releases.pending()], state.deployments.size > 0);
  }

  /** Does what the step in hand needs, and goes on to the next when all of it is done. */
  private step(deployment: RunningDeployment): void {
    const { state, events } = this.parts;
    while (state.deployments.has(deployment.id)) {
      const actions = deployment.currentActions;
      const areDone = actions.map((action) => this.carryOut(deployment, action));
      if (areDone.includes(false)) return;
      if (actions.length > 0) {
        const currentStep = deployment.currentStep();
        events.publish("deployment_step_success", { plan: deployment.plan(), currentStep });
      }
      deployment.step++;
      if (deployment.step >= deployment.steps.length) this.finish(deployment);
      else this.announceStep(deployment);
    }
  }

  announceStep(deployment: RunningDeployment): void {
    const currentStep = deployment.currentStep();
    this.parts.events.publish("deployment_info", { plan: deployment.plan(), currentStep });
  }

  /** Returns true when the action is done. */
  private carryOut(deployment: RunningDeployment, { kind, id }: Action): boolean {
    const app = this.parts.state.root.specs.get(id);
    if (kind === "Start") return true;
    if (kind === "Stop" || app === undefined) return this.apply(id, stopMoves(this.views(id, always)));
    const { version } = deployment;
    const tasks = this.views(id, version);
    return this.apply(id, kind === "Restart" ? upgradeMoves(app, tasks) : scaleMoves(app, tasks, version));
  }

  /** Outside of a deployment an app has as many tasks as it says; one that is gone has none. */
  private keep(id: string): void {
    const app = this.parts.state.root.specs.get(id);
    const tasks = this.views(id, always);
    this.apply(id, app ? scaleMoves(app, tasks, always) : stopMoves(tasks));
  }

  private apply(id: string, moves: Moves): boolean {
    for (const instance of moves.kill) this.parts.watch(this.parts.tracker.stop(instance));
    this.want(id, moves.launch);
    return moves.isDone;
  }

  private want(id: string, count: number): void {
    const app = this.parts.state.root.specs.get(id);
    if (app) {
      this.parts.queue.want(app, count);
      return;
    }
    this.parts.queue.forget(id);
    for (const instance of this.parts.instances.reservedOf(id)) this.parts.watch(this.parts.tracker.giveUp(instance));
  }

  /** @param readySince tasks staged since then have to pass the readiness check, older ones need not */
  private views(id: string, readySince: string): TaskView[] {
    const app = this.parts.state.root.specs.get(id);
    const instances = this.parts.instances.ofApp(id).filter(({ state }) => state !== "RESERVED");
    return instances.map((instance) => ({
      instance,
      isUpToDate: app !== undefined && instance.configVersion === configVersion(app),
      isServing: this.isServing(instance, readySince),
      isCounted: instance.goal === "run" && !isGivenUp(instance, app?.unreachableStrategy, Date.now()),
    }));
  }

  private isServing(instance: Instance, readySince: string): boolean {
    const { definitions, health, readiness } = this.parts;
    const app = definitions.of(instance);
    if (app === undefined || instance.goal !== "run") return false;
    const mustBeReady = readySince !== always && instance.stagedAt >= readySince;
    const isReady = !mustBeReady || readiness.isReady(instance, app);
    const isHealthy = app.healthChecks.length === 0 || health.isHealthy(instance.id) === true;
    return instance.state === "TASK_RUNNING" && isHealthy && isReady;
  }

  private finish(deployment: RunningDeployment): void {
    const { state, events, readiness, onFinished } = this.parts;
    state.deployments.delete(deployment.id);
    for (const { id } of deployment.changes) readiness.forgetApp(id);
    const gone = deployment.changes.filter(({ id }) => !state.root.specs.has(id)).map(({ id }) => id);
    for (const id of gone) this.forget(id);
    for (const { id } of deployment.changes) this.prune(id, state.root.specs.get(id));
    events.publish("deployment_success", { id: deployment.id, plan: deployment.plan() });
    onFinished(deployment);
  }

  private forget(id: string): void {
    this.parts.queue.forget(id);
    this.parts.tracker.failures.delete(id);
    this.parts.events.publish("remove_health_check_event", { appId: id });
    this.parts.events.publish("app_terminated_event", { appId: id });
  }

  private prune(id: string, current: RunSpec | undefined): void {
    this.parts.definitions.prune(id, current, this.parts.instances.ofApp(id));
    if (current) this.parts.queue.delays.keepOnly(current);
  }
}
