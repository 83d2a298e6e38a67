import type { AgentInfo, Attribute } from "@drover/lib/mesos/types";
import type { AbsentAgent, Agent } from "../model";
import { formatRanges } from "../resources/ranges";
import { allocatedList, holders } from "./resource-views";

/** An agent as `/state` shows it. */
export function agentView(agent: Agent): Record<string, unknown> {
  const reserved = [...agent.total.reservedByRole()].map(([role, resources]) => [role, resources.toState()] as const);
  return {
    id: agent.id,
    hostname: agent.info.hostname,
    port: agent.info.port ?? 5051,
    attributes: attributesView(agent.info),
    ...(agent.info.domain ? { domain: agent.info.domain } : {}),
    pid: agent.pid,
    registered_time: agent.registeredSeconds,
    ...(agent.reregisteredSeconds === undefined ? {} : { reregistered_time: agent.reregisteredSeconds }),
    resources: agent.total.toState(),
    used_resources: agent.used.toState(),
    offered_resources: agent.offered.toState(),
    reserved_resources: Object.fromEntries(reserved),
    unreserved_resources: agent.total.unreserved().toState(),
    active: isActive(agent),
    deactivated: agent.deactivated,
    version: agent.version,
    capabilities: agent.capabilities,
    ...drainView(agent),
  };
}

/** An agent as `/slaves` shows it, with its resources in full. */
export function agentDetail(agent: Agent): Record<string, unknown> {
  const form = { spelling: "both" } as const;
  const reserved = [...agent.total.reservedByRole()].map(
    ([role, resources]) => [role, resources.toList(form)] as const,
  );
  return {
    ...agentView(agent),
    reserved_resources_full: Object.fromEntries(reserved),
    unreserved_resources_full: agent.total.unreserved().toList(form),
    used_resources_full: allocatedList(holders(agent)),
    offered_resources_full: allocatedList(agent.offers),
  };
}

/** An agent that the registry knows and that has not come back yet. */
export function recoveredAgentView([id, agent]: [string, AbsentAgent]): Record<string, unknown> {
  const { hostname, port } = agent;
  return { id, hostname, port, attributes: attributesView(agent) };
}

export function isActive(agent: Agent): boolean {
  return agent.connection !== undefined && !agent.deactivated;
}

/** Settings of a drain as both APIs show them. */
export function drainInfo(agent: Agent): Record<string, unknown> | undefined {
  const { drain } = agent;
  if (!drain) {
    return undefined;
  }
  const grace = drain.maxGracePeriodSeconds;
  return {
    state: drain.state,
    config: {
      ...(grace === undefined ? {} : { max_grace_period: { nanoseconds: Math.round(grace * 1e9) } }),
      mark_gone: drain.markGone,
    },
  };
}

function drainView(agent: Agent): Record<string, unknown> {
  return agent.drain
    ? { drain_info: drainInfo(agent), estimated_drain_start_time_seconds: agent.drain.startSeconds }
    : {};
}

function attributesView(info: Pick<AgentInfo, "attributes">): Record<string, number | string> {
  return Object.fromEntries((info.attributes ?? []).map((attribute) => [attribute.name, attributeValue(attribute)]));
}

function attributeValue({ scalar, ranges, set, text }: Attribute): number | string {
  if (scalar) {
    return scalar.value;
  }
  if (ranges) {
    return formatRanges(ranges.range);
  }
  return set ? `{${set.item.join(", ")}}` : (text?.value ?? "");
}
