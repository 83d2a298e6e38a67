import type { AppDefinition, Deployment, DeploymentAction, ReadinessCheckResult } from "@drover/lib/marathon/types";
import type { Root } from "../model/root";
import type { StoredDeployment } from "../state/store";
import { type Action, type AppChange, planSteps } from "./plan";

interface Plan {
  id: string;
  version: string;
  steps: { actions: Action[] }[];
}

/** A root group with the apps that a deployment changes, and none other. */
interface PlannedState {
  id: "/";
  apps: AppDefinition[];
  groups: never[];
  pods: never[];
  dependencies: never[];
  version: string;
}

/** A deployment under way. */
export class RunningDeployment {
  readonly id: string;
  readonly version: string;
  readonly changes: readonly AppChange[];
  readonly steps: readonly Action[][];
  /** Index of the step in hand; all are done when there is none. */
  step = 0;

  constructor({ id, version, changes }: StoredDeployment, target: Root) {
    this.id = id;
    this.version = version;
    this.changes = changes;
    this.steps = planSteps(changes, target);
  }

  get currentActions(): readonly Action[] {
    return this.steps[this.step] ?? [];
  }

  affects(appId: string): boolean {
    return this.changes.some((change) => change.id === appId);
  }

  changeOf(appId: string): AppChange | undefined {
    return this.changes.find((change) => change.id === appId);
  }

  /** The action that is due for an app; undefined when its step has not come or is over. */
  actionFor(appId: string): Action | undefined {
    return this.currentActions.find((action) => action.app === appId);
  }

  /** True once the last action for an app is done. */
  hasFinished(appId: string): boolean {
    return !this.steps.slice(this.step).some((step) => step.some((action) => action.app === appId));
  }

  /** As events show it: in the form of Marathon before 1.8, with the apps it changes as they were and as they are to be. */
  plan(): Plan & { original: PlannedState; target: PlannedState } {
    const state = (apps: readonly (AppDefinition | undefined)[]): PlannedState => ({
      id: "/",
      apps: apps.filter((app) => app !== undefined),
      groups: [],
      pods: [],
      dependencies: [],
      version: this.version,
    });
    return {
      ...this.lightPlan(),
      original: state(this.changes.map(({ from }) => from)),
      target: state(this.changes.map(({ to }) => to)),
    };
  }

  private lightPlan(): Plan {
    return { id: this.id, version: this.version, steps: this.steps.map((actions) => ({ actions })) };
  }

  /** As `GET /v2/deployments` shows it. */
  describe(readinessOf: (appId: string) => ReadinessCheckResult[]): Deployment {
    const currentActions: DeploymentAction[] = this.currentActions.map((action) => ({
      ...action,
      readinessCheckResults: readinessOf(action.app),
    }));
    return {
      ...this.lightPlan(),
      affectedApps: this.changes.map((change) => change.id),
      affectedPods: [],
      currentActions,
      currentStep: Math.min(this.step + 1, this.steps.length),
      totalSteps: this.steps.length,
    };
  }
}
