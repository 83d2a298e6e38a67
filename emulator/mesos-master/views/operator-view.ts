import { AGENT_CAPABILITIES } from "@drover/emulator/protocol/capabilities";
import type { AbsentAgent, Agent, Cluster, Framework, TaskRecord } from "../cluster";
import { offerMessage } from "../offers";
import { drainInfo, isActive } from "./agent-view";
import { allocatedList, holders } from "./resource-views";

/** The body of GET_AGENTS. */
export function getAgents(cluster: Cluster): object {
  return {
    agents: [...cluster.agents.values()].map(agentMessage),
    recovered_agents: [...cluster.recoveredAgents].map(([id, agent]) => recoveredMessage(id, agent)),
  };
}

/** The body of GET_FRAMEWORKS. */
export function getFrameworks(cluster: Cluster): object {
  return {
    frameworks: [...cluster.frameworks.values()].map(frameworkMessage),
    completed_frameworks: [...cluster.completedFrameworks.values()].map(frameworkMessage),
  };
}

/** The body of GET_TASKS. */
export function getTasks(cluster: Cluster): object {
  const running = [...cluster.frameworks.values()];
  const all = [...running, ...cluster.completedFrameworks.values()];
  const messages = (records: TaskRecord[]) => records.map(({ task }) => task);
  return {
    tasks: messages(running.flatMap(({ tasks }) => [...tasks.values()])),
    unreachable_tasks: messages(running.flatMap(({ unreachableTasks }) => [...unreachableTasks.values()])),
    completed_tasks: messages(all.flatMap(({ completedTasks }) => completedTasks)),
  };
}

/** The body of GET_STATE. Executors of frameworks' own are not part of this master. */
export function getState(cluster: Cluster): object {
  return {
    get_tasks: getTasks(cluster),
    get_executors: { executors: [] },
    get_frameworks: getFrameworks(cluster),
    get_agents: getAgents(cluster),
  };
}

function agentMessage(agent: Agent): object {
  return {
    agent_info: agent.info,
    active: isActive(agent),
    deactivated: agent.deactivated,
    version: agent.version,
    pid: agent.pid,
    registered_time: time(agent.registeredSeconds),
    ...(agent.reregisteredSeconds === undefined ? {} : { reregistered_time: time(agent.reregisteredSeconds) }),
    total_resources: agent.total.toList({ role: "*" }),
    allocated_resources: allocatedList(holders(agent)),
    offered_resources: allocatedList(agent.offers),
    capabilities: AGENT_CAPABILITIES.map((type) => ({ type })),
    ...(agent.drain
      ? { drain_info: drainInfo(agent), estimated_drain_start_time: time(agent.drain.startSeconds) }
      : {}),
  };
}

function recoveredMessage(id: string, { hostname, port }: AbsentAgent): object {
  return { hostname, port, id: { value: id } };
}

function frameworkMessage(framework: Framework): object {
  const isConnected = framework.connection !== undefined;
  const { reregisteredSeconds, unregisteredSeconds } = framework;
  return {
    framework_info: framework.info,
    active: isConnected,
    connected: isConnected,
    recovered: framework.recovered,
    registered_time: time(framework.registeredSeconds),
    ...(reregisteredSeconds === undefined ? {} : { reregistered_time: time(reregisteredSeconds) }),
    ...(unregisteredSeconds === undefined ? {} : { unregistered_time: time(unregisteredSeconds) }),
    offers: [...framework.offers].map((offer) => offerMessage(offer, { allocation: offer.role })),
    allocated_resources: allocatedList(holders(framework)),
    offered_resources: allocatedList(framework.offers),
    offer_constraints: {},
  };
}

function time(seconds: number): { nanoseconds: number } {
  return { nanoseconds: Math.round(seconds * 1e9) };
}
