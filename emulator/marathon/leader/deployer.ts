import { randomUUID } from "node:crypto";
import type { DeploymentAction, DeploymentResult } from "@drover/lib/marathon/types";
import { type AppChange, actionView, changesBetween, planSteps } from "../deployments/plan";
import { rolledBack } from "../deployments/rollback";
import { RunningDeployment } from "../deployments/running-deployment";
import type { EventBus } from "../events/event-bus";
import { ApiError } from "../model/api-error";
import { configVersion } from "../model/app-change";
import type { Instance } from "../model/instance";
import type { Root } from "../model/root";
import type { Store, StoredDeployment } from "../state/store";
import { type ChangeRules, type Draft, prepareChange } from "./change-preparation";
import type { Conductor } from "./conductor";
import type { Definitions } from "./definitions";
import type { TaskTracker } from "./task-tracker";
import type { WantedState } from "./wanted-state";

export interface DeployerParts {
  state: WantedState;
  store: Store;
  definitions: Definitions;
  tracker: TaskTracker;
  conductor: Conductor;
  events: EventBus;
  rules: ChangeRules;
  /** `--max_running_deployments` */
  maxRunning: number;
  watch: (work: Promise<unknown>) => void;
}

export interface DeployOptions {
  /** Takes the place of running deployments of the same apps instead of being refused. */
  force?: boolean;
  /** Tasks that are to end with this deployment. */
  kill?: readonly Instance[];
}

/** Makes what is wanted. Given the present state and the new version; throws ApiError to refuse. */
export type Change = (root: Root, version: string) => Draft;

/** Changes what is wanted, one change after the other, and starts the deployment that makes it so. */
export class Deployer {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: DeployerParts) {}

  /** @throws ApiError 422 when a rule is broken, 409 when an app is locked, 403 with too many deployments */
  deploy(change: Change, options: DeployOptions = {}): Promise<DeploymentResult> {
    return this.inOrder(() => this.start(change, options));
  }

  /** The steps such a change would take; nothing is done. */
  plan(change: Change): { actions: DeploymentAction[] }[] {
    const { state, rules } = this.parts;
    const version = state.clock.next();
    const after = prepareChange(state.root, change(state.root, version), version, rules);
    return planSteps(changesBetween(state.root, after), after).map((actions) => ({ actions: actions.map(actionView) }));
  }

  /** Stops a deployment and starts another that restores what was before it. */
  rollBack(id: string): Promise<DeploymentResult> {
    return this.inOrder(() => {
      const { changes, version } = this.find(id);
      const record = this.parts.store.history.find((each) => each.version === version);
      return this.start((root) => rolledBack(root, changes, record?.groups ?? []), { force: true });
    });
  }

  /** Stops a deployment where it is. */
  cancel(id: string): Promise<void> {
    return this.inOrder(async () => {
      const deployment = this.find(id);
      this.drop(deployment);
      await this.parts.store.endDeployment(deployment);
      this.parts.conductor.advanceSoon();
    });
  }

  /** Takes a deployment that is over from the store; in order, since the next one may create anew what this one removed. */
  end(deployment: RunningDeployment): Promise<void> {
    return this.inOrder(() => this.parts.store.endDeployment(deployment));
  }

  /** Goes on with the deployments of a former leader. */
  resume(deployments: readonly StoredDeployment[]): void {
    const { state } = this.parts;
    for (const stored of deployments) {
      state.clock.observe(stored.version);
      state.deployments.set(stored.id, new RunningDeployment(stored, state.root));
    }
  }

  private async start(change: Change, options: DeployOptions): Promise<DeploymentResult> {
    const { state, events } = this.parts;
    const version = state.clock.next();
    try {
      return await this.startVersion(version, change, options);
    } catch (error) {
      events.publish("group_change_failed", { groupId: "/", version, reason: (error as Error).message });
      throw error;
    }
  }

  private async startVersion(
    version: string,
    change: Change,
    { force = false, kill = [] }: DeployOptions,
  ): Promise<DeploymentResult> {
    const { state, store, definitions, tracker, conductor, events, rules, watch } = this.parts;
    const before = state.root;
    const after = prepareChange(before, change(before, version), version, rules);
    const changes = changesBetween(before, after);
    const conflicts = this.conflictsWith(changes, force);
    const stored = { id: randomUUID(), version, changes };
    const cancelled = conflicts.map((each) => each.id);
    await store.beginDeployment(stored, before, after, cancelled).catch((error: Error) => {
      // Whether it is stored or not only a new leader can tell.
      if (!(error instanceof ApiError)) watch(Promise.reject(error));
      throw error;
    });
    state.root = after;
    for (const conflict of conflicts) this.drop(conflict);
    for (const { to } of changes) if (to) definitions.add(to);
    for (const instance of kill) watch(tracker.stop(instance));
    const deployment = new RunningDeployment(stored, after);
    state.deployments.set(deployment.id, deployment);
    events.publish("group_change_success", { groupId: "/", version });
    this.tellHealthChecks(changes);
    conductor.announceStep(deployment);
    conductor.advanceSoon();
    return { version, deploymentId: deployment.id };
  }

  private conflictsWith(changes: readonly AppChange[], force: boolean): RunningDeployment[] {
    const running = [...this.parts.state.deployments.values()];
    const conflicts = running.filter((deployment) => changes.some(({ id }) => deployment.affects(id)));
    if (conflicts.length > 0 && !force) {
      throw new ApiError(409, {
        message:
          "App is locked by one or more deployments. Override with the option '?force=true'. View details at '/v2/deployments/<DEPLOYMENT_ID>'.",
        deployments: conflicts.map(({ id }) => ({ id })),
      });
    }
    if (running.length - conflicts.length >= this.parts.maxRunning) {
      const message = `Max number (${this.parts.maxRunning}) of running deployments is achieved. Wait for existing deployments to complete or cancel one`;
      throw new ApiError(
        403,
        `${message} using force=true parameter. You can increase max deployment number by using --max_running_deployments parameter.`,
      );
    }
    return conflicts;
  }

  private drop(deployment: RunningDeployment): void {
    const isRunning = this.parts.state.deployments.delete(deployment.id);
    if (!isRunning) return;
    const { events } = this.parts;
    const plan = deployment.plan();
    events.publish("deployment_step_failure", { plan, currentStep: deployment.currentStep() });
    events.publish("deployment_failed", { id: deployment.id, plan, reason: "cancelled" });
  }

  private tellHealthChecks(changes: readonly AppChange[]): void {
    for (const { from, to } of changes) {
      if (to === undefined || (from && configVersion(from) === configVersion(to))) continue;
      for (const healthCheck of to.healthChecks) {
        this.parts.events.publish("add_health_check_event", { appId: to.id, version: to.version, healthCheck });
      }
    }
  }

  private find(id: string): RunningDeployment {
    const deployment = this.parts.state.deployments.get(id);
    if (deployment === undefined) throw new ApiError(404, `Deployment '${id}' does not exist`);
    return deployment;
  }

  private inOrder<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.catch(() => {}).then(work);
    this.last = mine;
    return mine;
  }
}
