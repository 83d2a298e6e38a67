import type { AppDefinition, DeploymentActionName } from "@drover/lib/marathon/types";
import { configVersion } from "../model/app-change";
import { dependenciesOf, dependencyLevels } from "../model/dependencies";
import type { Root } from "../model/root";

/** What a deployment does to one app: without `from` it is new, without `to` it goes. */
export interface AppChange {
  id: string;
  from?: AppDefinition;
  to?: AppDefinition;
}

export interface Action {
  action: DeploymentActionName;
  app: string;
}

/** The apps that differ between two states. */
export function changesBetween(before: Root, after: Root): AppChange[] {
  const ids = new Set([...before.apps.keys(), ...after.apps.keys()]);
  return [...ids]
    .map((id) => ({ id, from: before.apps.get(id), to: after.apps.get(id) }))
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
  return [
    stops.map(({ id }): Action => ({ action: "StopApplication", app: id })),
    starts.map(({ id }): Action => ({ action: "StartApplication", app: id })),
    ...levels.map((level) => level.map((id): Action => ({ action: sizeAction(byId.get(id)), app: id }))),
  ].filter((step) => step.length > 0);
}

function sizeAction(change: AppChange | undefined): DeploymentActionName {
  const { from, to } = change ?? {};
  const isReplaced = from !== undefined && to !== undefined && configVersion(from) !== configVersion(to);
  return isReplaced ? "RestartApplication" : "ScaleApplication";
}
