import type { FrameworkInfo, Task } from "@drover/lib/mesos/types";
import type { Cluster } from "../cluster";
import type { AbsentAgent, Agent, Framework, OperationRecord, TaskRecord } from "../model";
import { drainInfo, isActive } from "./agent-view";
import { offerMessage } from "./offer-message";
import { allocatedList, executorsOf, holders, holdersOf } from "./resource-views";

/** What the asking principal may not see is left out. */
export type MaySee = (framework: FrameworkInfo) => boolean;

const everybody: MaySee = () => true;

/** The body of GET_AGENTS. */
export function getAgents(cluster: Cluster): object {
  return {
    agents: [...cluster.agents.values()].map(agentMessage),
    recovered_agents: [...cluster.recoveredAgents].map(([id, agent]) => recoveredMessage(id, agent)),
  };
}

/** The body of GET_FRAMEWORKS. */
export function getFrameworks(cluster: Cluster, maySee: MaySee = everybody): object {
  const seen = (frameworks: Iterable<Framework>) =>
    [...frameworks].filter(({ info }) => maySee(info)).map((framework) => frameworkMessage(cluster, framework));
  return {
    frameworks: seen(cluster.frameworks.values()),
    completed_frameworks: seen(cluster.completedFrameworks.values()),
  };
}

/** The body of GET_TASKS. */
export function getTasks(cluster: Cluster, maySee: MaySee = everybody): object {
  const running = [...cluster.frameworks.values()].filter(({ info }) => maySee(info));
  const completed = [...cluster.completedFrameworks.values()].filter(({ info }) => maySee(info));
  const all = [...running, ...completed];
  const messages = (records: TaskRecord[]) => records.map(({ task }) => task);
  return {
    tasks: messages(running.flatMap(({ tasks }) => [...tasks.values()])),
    unreachable_tasks: messages(running.flatMap(({ unreachableTasks }) => [...unreachableTasks.values()])),
    completed_tasks: messages(all.flatMap(({ completedTasks }) => completedTasks)),
  };
}

/** The body of GET_EXECUTORS: default executors. Those of command tasks are known to their agents only. */
export function getExecutors(cluster: Cluster, maySee: MaySee = everybody): object {
  const seen = [...cluster.frameworks.values()].filter(({ info }) => maySee(info));
  return {
    executors: seen.flatMap(({ id }) =>
      executorsOf(cluster, id).map(({ info, agentId }) => ({ executor_info: info, agent_id: { value: agentId } })),
    ),
  };
}

/** The body of GET_OPERATIONS. */
export function getOperations(pending: ReadonlyMap<string, OperationRecord>): object {
  return {
    operations: [...pending.values()].map(({ framework, agentId, info, status }) => ({
      framework_id: { value: framework.id },
      agent_id: { value: agentId },
      info,
      latest_status: status,
      statuses: [status],
      uuid: status.uuid,
    })),
  };
}

/** The body of GET_STATE. */
export function getState(cluster: Cluster, maySee: MaySee = everybody): object {
  return {
    get_tasks: getTasks(cluster, maySee),
    get_executors: getExecutors(cluster, maySee),
    get_frameworks: getFrameworks(cluster, maySee),
    get_agents: getAgents(cluster),
  };
}

/** An agent as GET_AGENTS shows it. */
export function agentMessage(agent: Agent): object {
  return {
    agent_info: { ...agent.info, checkpoint: true },
    active: isActive(agent),
    deactivated: agent.deactivated,
    version: agent.version,
    pid: agent.pid,
    registered_time: time(agent.registeredSeconds),
    ...(agent.reregisteredSeconds === undefined ? {} : { reregistered_time: time(agent.reregisteredSeconds) }),
    total_resources: agent.total.toList({ spelling: "both" }),
    ...unlessEmpty("allocated_resources", allocatedList(holders(agent))),
    ...unlessEmpty("offered_resources", allocatedList(agent.offers)),
    capabilities: agent.capabilities.map((type) => ({ type })),
    ...(agent.drain
      ? { drain_info: drainInfo(agent), estimated_drain_start_time: time(agent.drain.startSeconds) }
      : {}),
  };
}

function recoveredMessage(id: string, { hostname, port, attributes }: AbsentAgent): object {
  return { hostname, port, ...(attributes ? { attributes } : {}), id: { value: id } };
}

/** A framework as GET_FRAMEWORKS shows it. */
export function frameworkMessage(cluster: Cluster, framework: Framework): object {
  const isConnected = framework.connection !== undefined;
  const offers = [...framework.offers].map((offer) =>
    offerMessage(offer, { spelling: "refined", allocation: offer.role }),
  );
  const { reregisteredSeconds, unregisteredSeconds } = framework;
  return {
    framework_info: framework.info,
    active: isConnected,
    connected: isConnected,
    recovered: framework.recovered,
    registered_time: time(framework.registeredSeconds),
    reregistered_time: time(reregisteredSeconds ?? framework.registeredSeconds),
    ...(unregisteredSeconds === undefined ? {} : { unregistered_time: time(unregisteredSeconds) }),
    ...unlessEmpty("offers", offers),
    ...unlessEmpty("allocated_resources", allocatedList(holdersOf(cluster, framework))),
    ...unlessEmpty("offered_resources", allocatedList(framework.offers)),
    offer_constraints: framework.offerConstraints ?? {},
  };
}

/** An empty list is no field, where upstream prints the message itself. */
function unlessEmpty<Name extends string, Item>(name: Name, list: Item[]): Partial<Record<Name, Item[]>> {
  return list.length > 0 ? ({ [name]: list } as Record<Name, Item[]>) : {};
}

/** A task that is new has no statuses yet. */
export function newTaskMessage({ statuses, ...task }: Task): object {
  return { ...task, ...unlessEmpty("statuses", statuses) };
}

function time(seconds: number): { nanoseconds: number } {
  return { nanoseconds: Math.round(seconds * 1e9) };
}
