import type { DeploymentAction, DeploymentActionName } from "@drover/lib/marathon/types";
import { configVersion } from "../model/app-change";
import { dependenciesOf, dependencyLevels } from "../model/dependencies";
import type { Root } from "../model/root";
import { isPod, type RunSpec } from "../model/run-spec";

/** What a deployment does to one app or pod: without `from` it is new, without `to` it goes. */
export interface AppChange {
  id: string;
  from?: RunSpec;
  to?: RunSpec;
}

export interface Action {
  kind: "Start" | "Scale" | "Restart" | "Stop";
  id: string;
  isPod: boolean;
}

/** An action as the API names it. */
export function actionView({ kind, id, isPod }: Action): DeploymentAction {
  const action: DeploymentActionName = `${kind}${isPod ? "Pod" : "Application"}`;
  return isPod ? { action, pod: id } : { action, app: id };
}

/** The apps and pods that differ between two states. */
export function changesBetween(before: Root, after: Root): AppChange[] {
  const ids = new Set([...before.specs.keys(), ...after.specs.keys()]);
  return [...ids]
    .map((id) => ({ id, from: before.specs.get(id), to: after.specs.get(id) }))
    .filter(({ from, to }) => from?.version !== to?.version)
    .map(({ id, from, to }) => ({ id, ...(from ? { from } : {}), ...(to ? { to } : {}) }));
}

/**
 * The steps of a deployment, each a list of actions done together: stop what goes, start what is new at no instances,
 * then bring each app to its size, after the apps it depends on.
 */
export function planSteps(changes: readonly AppChange[], target: Root): Action[][] {
  const stops = changes.filter(({ to }) => to === undefined);
  const starts = changes.filter(({ from }) => from === undefined);
  const levels =
    dependencyLevels(
      dependenciesOf(
        target,
        changes.flatMap(({ id, to }) => (to ? id : [])),
      ),
    ) ?? [];
  const byId = new Map(changes.map((change) => [change.id, change]));
  const action = (kind: Action["kind"], id: string): Action => {
    const { from, to } = byId.get(id) ?? {};
    const spec = to ?? from;
    return { kind, id, isPod: spec !== undefined && isPod(spec) };
  };
  return [
    stops.map(({ id }) => action("Stop", id)),
    starts.map(({ id }) => action("Start", id)),
    ...levels.map((level) => level.map((id) => action(isReplaced(byId.get(id)) ? "Restart" : "Scale", id))),
  ].filter((step) => step.length > 0);
}

function isReplaced({ from, to }: Partial<AppChange> = {}): boolean {
  return from !== undefined && to !== undefined && configVersion(from) !== configVersion(to);
}
