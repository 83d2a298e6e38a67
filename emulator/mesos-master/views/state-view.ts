import { versionInfo } from "@drover/emulator/http/version";
import type { TaskState } from "@drover/lib/mesos/types";
import type { Cluster } from "../cluster";
import type { LeadingMaster } from "../leadership/leading-master";
import type { Framework, TaskRecord } from "../model";
import { agentDetail, agentView, isActive, recoveredAgentView } from "./agent-view";
import { frameworkHead, frameworkView } from "./framework-view";
import type { MaySee } from "./operator-view";
import { taskView } from "./task-view";

/** The states that `/state-summary` counts. */
const COUNTED: TaskState[] = [
  "TASK_STAGING",
  "TASK_STARTING",
  "TASK_RUNNING",
  "TASK_KILLING",
  "TASK_FINISHED",
  "TASK_KILLED",
  "TASK_FAILED",
  "TASK_LOST",
  "TASK_ERROR",
  "TASK_UNREACHABLE",
];

/** `/state` */
export function stateView(
  master: LeadingMaster,
  startSeconds: number,
  flagTexts: Record<string, string> | undefined,
  maySee: MaySee,
): object {
  const { cluster, leadership, electedSeconds } = master;
  const { info, flags } = leadership;
  const { id, pid, port, hostname } = info;
  const agents = [...cluster.agents.values()];
  return {
    ...versionInfo(),
    start_time: startSeconds,
    elected_time: electedSeconds,
    id,
    pid,
    hostname,
    capabilities: (info.capabilities ?? []).map(({ type }) => type),
    activated_slaves: agents.filter(isActive).length,
    deactivated_slaves: agents.filter((agent) => !isActive(agent)).length,
    unreachable_slaves: cluster.unreachableAgents.size,
    leader: pid,
    leader_info: { id, pid, port, hostname },
    ...(flags.cluster === undefined ? {} : { cluster: flags.cluster }),
    ...(flags.log_dir === undefined ? {} : { log_dir: flags.log_dir }),
    ...(flagTexts ? { flags: flagTexts } : {}),
    slaves: agents.map(agentView),
    recovered_slaves: [...cluster.recoveredAgents].map(recoveredAgentView),
    ...frameworksView(cluster, null, maySee),
    orphan_tasks: [],
  };
}

/** `/slaves?slave_id=` */
export function slavesView({ agents, recoveredAgents }: Cluster, id: string | null): object {
  return {
    slaves: [...agents.values()].filter((agent) => id === null || agent.id === id).map(agentDetail),
    recovered_slaves: [...recoveredAgents].filter(([known]) => id === null || known === id).map(recoveredAgentView),
  };
}

/** `/frameworks?framework_id=` */
export function frameworksView(cluster: Cluster, id: string | null, maySee: MaySee): object {
  const views = (frameworks: Iterable<Framework>) =>
    [...frameworks]
      .filter((framework) => (id === null || framework.id === id) && maySee(framework.info))
      .map((framework) => frameworkView(cluster, framework));
  return {
    frameworks: views(cluster.frameworks.values()),
    completed_frameworks: views(cluster.completedFrameworks.values()),
    unregistered_frameworks: [],
  };
}

export interface TaskQuery {
  /** Default 100; a value that is no number counts as absent. */
  limit: number;
  offset: number;
  /** Newest first unless ascending. */
  ascending: boolean;
  frameworkId: string | null;
  taskId: string | null;
  maySee: MaySee;
}

/** `/tasks`: live and completed ones together, by the time of their first status. */
export function tasksView(cluster: Cluster, query: TaskQuery): object {
  const frameworks = [...cluster.frameworks.values(), ...cluster.completedFrameworks.values()];
  const tasks = frameworks
    .filter(({ id, info }) => (query.frameworkId === null || id === query.frameworkId) && query.maySee(info))
    .flatMap(allTasks)
    .filter(({ task }) => query.taskId === null || task.task_id.value === query.taskId);
  const direction = query.ascending ? 1 : -1;
  tasks.sort((a, b) => direction * (firstTime(a) - firstTime(b)));
  return { tasks: tasks.slice(query.offset, query.offset + query.limit).map(taskView) };
}

/** `/state-summary` */
export function summaryView(master: LeadingMaster, maySee: MaySee): object {
  const { cluster, leadership } = master;
  const byAgent = new Map<string, TaskRecord[]>();
  for (const framework of cluster.frameworks.values()) {
    for (const record of allTasks(framework)) {
      const id = record.task.agent_id.value;
      const list = byAgent.get(id) ?? [];
      list.push(record);
      byAgent.set(id, list);
    }
  }
  const { cluster: name } = leadership.flags;
  return {
    hostname: leadership.info.hostname,
    ...(name === undefined ? {} : { cluster: name }),
    slaves: [...cluster.agents.values()].map((agent) => {
      const records = byAgent.get(agent.id) ?? [];
      const frameworkIds = [...new Set(records.map(({ task }) => task.framework_id.value))];
      return { ...agentView(agent), ...countStates(records), framework_ids: frameworkIds };
    }),
    frameworks: [...cluster.frameworks.values()]
      .filter(({ info }) => maySee(info))
      .map((framework) => {
        const records = allTasks(framework);
        const slaveIds = [...new Set(records.map(({ task }) => task.agent_id.value))];
        return { ...frameworkHead(cluster, framework), ...countStates(records), slave_ids: slaveIds };
      }),
  };
}

function allTasks(framework: Framework): TaskRecord[] {
  return [...framework.tasks.values(), ...framework.unreachableTasks.values(), ...framework.completedTasks];
}

function firstTime({ task }: TaskRecord): number {
  return task.statuses[0]?.timestamp ?? Number.MAX_SAFE_INTEGER;
}

function countStates(records: TaskRecord[]): Record<string, number> {
  const counts = Object.fromEntries(COUNTED.map((state) => [state, 0]));
  for (const { task } of records) {
    if (counts[task.state] !== undefined) {
      counts[task.state] = (counts[task.state] ?? 0) + 1;
    }
  }
  return counts;
}
