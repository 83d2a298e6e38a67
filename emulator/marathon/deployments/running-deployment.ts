import type { AppDefinition, Deployment, DeploymentAction, ReadinessCheckResult } from "@drover/lib/marathon/types";
import type { Root } from "../model/root";
import { isPod, type RunSpec } from "../model/run-spec";
import type { StoredDeployment } from "../state/store";
import { type Action, type AppChange, actionView, planSteps } from "./plan";

interface Plan {
  id: string;
  version: string;
  steps: { actions: DeploymentAction[] }[];
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

  /** The action that is due for an app; undefined when its step has not come or is over. */
  actionFor(appId: string): Action | undefined {
    return this.currentActions.find((action) => action.id === appId);
  }

  /** True once the last action for an app is done. */
  hasFinished(appId: string): boolean {
    return !this.steps.slice(this.step).some((step) => step.some((action) => action.id === appId));
  }

  /** As events show it: in the form of Marathon before 1.8, with the apps it changes as they were and as they are to be. */
  plan(): Plan & { original: PlannedState; target: PlannedState } {
    const state = (specs: readonly (RunSpec | undefined)[]): PlannedState => ({
      id: "/",
      apps: specs.filter((spec): spec is AppDefinition => spec !== undefined && !isPod(spec)),
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
    return {
      id: this.id,
      version: this.version,
      steps: this.steps.map((actions) => ({ actions: actions.map(actionView) })),
    };
  }

  /** As `GET /v2/deployments` shows it. */
  describe(readinessOf: (appId: string) => ReadinessCheckResult[]): Deployment {
    const currentActions: DeploymentAction[] = this.currentActions.map((action) => ({
      ...actionView(action),
      readinessCheckResults: readinessOf(action.id),
    }));
    return {
      ...this.lightPlan(),
      affectedApps: this.affected(false),
      affectedPods: this.affected(true),
      currentActions,
      currentStep: Math.min(this.step + 1, this.steps.length),
      totalSteps: this.steps.length,
    };
  }

  /** The step in hand, as events show it. */
  currentStep(): { actions: DeploymentAction[] } {
    return { actions: this.currentActions.map(actionView) };
  }

  private affected(pods: boolean): string[] {
    const isWanted = (spec: RunSpec | undefined) => spec !== undefined && isPod(spec) === pods;
    return this.changes.filter(({ from, to }) => isWanted(to ?? from)).map(({ id }) => id);
  }
}
