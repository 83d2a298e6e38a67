import type { Framework, Offer } from "../cluster";
import { hasCapability, rolesOf } from "../cluster";
import { offeredTo, usedBy } from "./resource-views";
import { taskView } from "./task-view";

/** What `/state` and `/state-summary` both show of a framework. */
export function frameworkHead(framework: Framework): Record<string, unknown> {
  const { info } = framework;
  const isConnected = framework.connection !== undefined;
  return {
    id: framework.id,
    name: info.name,
    used_resources: usedBy(framework).toState(),
    offered_resources: offeredTo(framework).toState(),
    capabilities: (info.capabilities ?? []).map(({ type }) => type),
    hostname: info.hostname ?? "",
    webui_url: info.webui_url ?? "",
    active: isConnected,
    connected: isConnected,
    recovered: framework.recovered,
  };
}

/** A framework as `/state` and `/frameworks` show it. There is no `pid`: it speaks HTTP. */
export function frameworkView(framework: Framework): Record<string, unknown> {
  const { info } = framework;
  return {
    ...frameworkHead(framework),
    user: info.user,
    failover_timeout: info.failover_timeout ?? 0,
    checkpoint: info.checkpoint ?? false,
    registered_time: framework.registeredSeconds,
    unregistered_time: framework.unregisteredSeconds ?? 0,
    ...(framework.reregisteredSeconds === undefined ? {} : { reregistered_time: framework.reregisteredSeconds }),
    ...(info.principal === undefined ? {} : { principal: info.principal }),
    resources: usedBy(framework).plus(offeredTo(framework)).toState(),
    ...(hasCapability(info, "MULTI_ROLE") ? { roles: rolesOf(info) } : { role: rolesOf(info)[0] }),
    tasks: [...framework.tasks.values()].map(taskView),
    unreachable_tasks: [...framework.unreachableTasks.values()].map(taskView),
    completed_tasks: framework.completedTasks.map(taskView),
    offers: [...framework.offers].map(offerView),
    executors: [],
    offer_constraints: {},
    ...(info.labels ? { labels: info.labels.labels } : {}),
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
