import type { Deployment, DeploymentAction, ReadinessCheckResult } from "@drover/lib/marathon/types";
import type { Root } from "../model/root";
import type { StoredDeployment } from "../state/store";
import { type Action, type AppChange, planSteps } from "./plan";

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

  /** As events show it. */
  plan(): { id: string; version: string; steps: { actions: Action[] }[] } {
    return { id: this.id, version: this.version, steps: this.steps.map((actions) => ({ actions })) };
  }

  /** As `GET /v2/deployments` shows it. */
  describe(readinessOf: (appId: string) => ReadinessCheckResult[]): Deployment {
    const currentActions: DeploymentAction[] = this.currentActions.map((action) => ({
      ...action,
      readinessCheckResults: readinessOf(action.app),
    }));
    return {
      ...this.plan(),
      affectedApps: this.changes.map((change) => change.id),
      affectedPods: [],
      currentActions,
      currentStep: Math.min(this.step + 1, this.steps.length),
      totalSteps: this.steps.length,
    };
  }
}
