import type { App, AppDefinition } from "@drover/lib/marathon/types";
import type { Leader } from "../leader/leader";
import { isHostNetwork } from "../model/app-definition";
import { taskCounts } from "./task-counts";
import { taskStats } from "./task-stats";
import { taskViews } from "./task-view";

export interface AppEmbeds {
  tasks: boolean;
  lastTaskFailure: boolean;
  readiness: boolean;
  taskStats: boolean;
}

/** What `embed` asks for. @param prefix `apps` in lists of apps, `group.apps` in groups */
export function appEmbeds(query: URLSearchParams, prefix: string): AppEmbeds {
  const given = new Set(query.getAll("embed"));
  const has = (name: string) => given.has(`${prefix}.${name}`);
  return {
    // apps.failures is the older name for tasks and their last failure together.
    tasks: has("tasks") || has("failures"),
    lastTaskFailure: has("lastTaskFailure") || has("failures"),
    readiness: has("readiness"),
    taskStats: has("taskStats"),
  };
}

/** An app as the API shows it: counts and deployments always, the rest when asked for. */
export function appView(leader: Leader, app: AppDefinition, embeds: AppEmbeds): App {
  const failure = leader.tracker.failures.get(app.id);
  return {
    ...definitionView(app),
    ...taskCounts(leader, leader.instances.ofApp(app.id)),
    deployments: leader.state.deploymentsOf(app.id).map(({ id }) => ({ id })),
    ...(embeds.tasks ? { tasks: taskViews(leader, app.id) } : {}),
    ...(embeds.lastTaskFailure && failure ? { lastTaskFailure: failure } : {}),
    ...(embeds.readiness ? { readinessCheckResults: leader.readiness.resultsOf(app.id) } : {}),
    ...(embeds.taskStats ? { taskStats: taskStats(leader, app) } : {}),
  };
}

/** The definition alone. In host networking old clients find the ports where they were before 1.5, too. */
export function definitionView(app: AppDefinition): AppDefinition & { ports?: number[] } {
  if (!isHostNetwork(app.networks)) return app;
  return { ...app, ports: (app.portDefinitions ?? []).map(({ port }) => port) };
}
