import type { AppDefinition } from "@drover/lib/marathon/types";
import type { Leader } from "../leader/leader";
import { configVersion } from "../model/app-change";
import type { Instance } from "../model/instance";
import { taskCounts } from "./task-counts";

/** Numbers and ages of an app's tasks (`embed=apps.taskStats`), of all and of parts; parts without tasks are left out. */
export function taskStats(leader: Leader, app: AppDefinition): Record<string, unknown> {
  const all = leader.instances.ofApp(app.id);
  const scaledAt = app.versionInfo?.lastScalingAt ?? app.version;
  const isLatest = (instance: Instance) => instance.configVersion === configVersion(app);
  const parts: [string, Instance[]][] = [
    ["startedAfterLastScaling", all.filter((instance) => instance.version >= scaledAt)],
    ["withLatestConfig", all.filter(isLatest)],
    ["withOutdatedConfig", all.filter((instance) => !isLatest(instance))],
    ["totalSummary", all],
  ];
  const present = parts.filter(([, instances]) => instances.length > 0);
  return Object.fromEntries(present.map(([name, instances]) => [name, { stats: statsOf(leader, instances) }]));
}

function statsOf(leader: Leader, instances: readonly Instance[]) {
  const counts = taskCounts(leader, instances);
  const ages = instances
    .flatMap(({ startedAt }) => (startedAt ? (Date.now() - Date.parse(startedAt)) / 1000 : []))
    .sort((a, b) => a - b);
  const averageSeconds = ages.reduce((sum, age) => sum + age, 0) / ages.length;
  const medianSeconds = ((ages[(ages.length - 1) >> 1] ?? 0) + (ages[ages.length >> 1] ?? 0)) / 2;
  return {
    counts: {
      staged: counts.tasksStaged,
      running: counts.tasksRunning,
      healthy: counts.tasksHealthy,
      unhealthy: counts.tasksUnhealthy,
    },
    ...(ages.length > 0 ? { lifeTime: { averageSeconds, medianSeconds } } : {}),
  };
}
