import type { Cluster } from "../cluster";
import type { Framework, Offer } from "../model";
import { hasCapability, rolesOf } from "../model";
import { executorsOf, holdersOf, sumOf } from "./resource-views";
import { taskView } from "./task-view";

/** What `/state` and `/state-summary` both show of a framework. */
export function frameworkHead(cluster: Cluster, framework: Framework): Record<string, unknown> {
  const { info } = framework;
  const isConnected = framework.connection !== undefined;
  return {
    id: framework.id,
    name: info.name,
    used_resources: sumOf(holdersOf(cluster, framework)).toState(),
    offered_resources: sumOf(framework.offers).toState(),
    capabilities: (info.capabilities ?? []).map(({ type }) => type),
    hostname: info.hostname ?? "",
    webui_url: info.webui_url ?? "",
    active: isConnected,
    connected: isConnected,
    recovered: framework.recovered,
  };
}

/** A framework as `/state` and `/frameworks` show it. There is no `pid`: it speaks HTTP. */
export function frameworkView(cluster: Cluster, framework: Framework): Record<string, unknown> {
  const { info } = framework;
  return {
    ...frameworkHead(cluster, framework),
    user: info.user,
    failover_timeout: info.failover_timeout ?? 0,
    checkpoint: info.checkpoint ?? false,
    registered_time: framework.registeredSeconds,
    unregistered_time: framework.unregisteredSeconds ?? 0,
    ...(framework.reregisteredSeconds === undefined ? {} : { reregistered_time: framework.reregisteredSeconds }),
    ...(info.principal === undefined ? {} : { principal: info.principal }),
    resources: sumOf([...holdersOf(cluster, framework), ...framework.offers]).toState(),
    ...(hasCapability(info, "MULTI_ROLE") ? { roles: rolesOf(info) } : { role: rolesOf(info)[0] }),
    tasks: [...framework.tasks.values()].map(taskView),
    unreachable_tasks: [...framework.unreachableTasks.values()].map(taskView),
    completed_tasks: framework.completedTasks.map(taskView),
    offers: [...framework.offers].map(offerView),
    executors: executorsOf(cluster, framework.id).map(executorView),
    offer_constraints: framework.offerConstraints ?? {},
    ...(info.labels ? { labels: info.labels.labels } : {}),
  };
}

function executorView({ info, role, resources, agentId }: ReturnType<typeof executorsOf>[number]): object {
  return {
    executor_id: info.executor_id.value,
    name: info.name ?? "",
    framework_id: info.framework_id?.value,
    command: { argv: [], uris: [] },
    resources: resources.toState(),
    role,
    ...(info.labels ? { labels: info.labels.labels } : {}),
    type: info.type,
    slave_id: agentId,
  };
}

function offerView(offer: Offer): Record<string, unknown> {
  return {
    id: offer.id,
    framework_id: offer.framework.id,
    allocation_info: { role: offer.role },
    slave_id: offer.agent.id,
    resources: offer.resources.toState(),
  };
}
