import { HttpError } from "@drover/lib/http/reply";
import type { Resource } from "@drover/lib/mesos/types";
import type { Permissions } from "../access/permissions";
import type { MachineId, MaintenanceSchedule } from "../agents/machines";
import type { QuotaConfig } from "../allocation/quotas";
import type { WeightInfo } from "../allocation/weights";
import type { LeadingMaster } from "../leadership/leading-master";
import {
  changeResources,
  drain,
  markGone,
  startMaintenance,
  stopMaintenance,
  teardown,
  updateQuota,
  updateSchedule,
  updateWeights,
} from "./operator-changes";

interface AgentBody {
  agent_id: { value: string };
}

/** A call with the bodies of those that change something. */
export type OperatorChange = { type: string } & Partial<{
  teardown: { framework_id: { value: string } };
  mark_agent_gone: AgentBody;
  deactivate_agent: AgentBody;
  reactivate_agent: AgentBody;
  drain_agent: AgentBody & { max_grace_period?: { seconds?: number; nanos?: number }; mark_gone?: boolean };
  update_weights: { weight_infos?: Partial<WeightInfo>[] };
  update_quota: { force?: boolean; quota_configs?: QuotaConfig[] };
  set_quota: { quota_request: QuotaRequest };
  remove_quota: { role: string };
  update_maintenance_schedule: { schedule: MaintenanceSchedule };
  start_maintenance: { machines?: MachineId[] };
  stop_maintenance: { machines?: MachineId[] };
  reserve_resources: AgentBody & { resources?: Resource[]; source?: Resource[] };
  unreserve_resources: AgentBody & { resources?: Resource[] };
  create_volumes: AgentBody & { volumes?: Resource[] };
  destroy_volumes: AgentBody & { volumes?: Resource[] };
  grow_volume: Partial<AgentBody> & { volume: Resource; addition: Resource };
  shrink_volume: Partial<AgentBody> & { volume: Resource; subtract: { value: number } };
}>;

/** The older form of a quota: a guarantee that is the limit as well. */
export interface QuotaRequest {
  role?: string;
  guarantee?: Resource[];
  force?: boolean;
}

/** Carries out a call and returns its status. @throws HttpError in upstream's words */
export async function change(master: LeadingMaster, may: Permissions, call: OperatorChange): Promise<200 | 202> {
  const agentCall = call.mark_agent_gone ?? call.deactivate_agent ?? call.reactivate_agent;
  const agentId = agentCall?.agent_id.value ?? "";
  switch (call.type) {
    case "TEARDOWN":
      teardown(master, may, call.teardown?.framework_id.value ?? "");
      return 200;
    case "MARK_AGENT_GONE":
      await markGone(master, may, agentId);
      return 200;
    case "DEACTIVATE_AGENT":
      may.require("deactivate_agents", agentId);
      await master.drains.deactivate(agentId);
      return 200;
    case "REACTIVATE_AGENT":
      may.require("reactivate_agents", agentId);
      await master.drains.reactivate(agentId);
      return 200;
    case "DRAIN_AGENT": {
      const { agent_id, max_grace_period: limit, mark_gone = false } = call.drain_agent ?? { agent_id: { value: "" } };
      const seconds = limit && (limit.seconds ?? 0) + (limit.nanos ?? 0) / 1e9;
      await drain(master, may, agent_id.value, seconds, mark_gone);
      return 200;
    }
    case "UPDATE_WEIGHTS":
      await updateWeights(master, may, call.update_weights?.weight_infos ?? []);
      return 200;
    case "UPDATE_QUOTA":
      await updateQuota(master, may, call.update_quota?.quota_configs ?? [], call.update_quota?.force ?? false);
      return 200;
    case "SET_QUOTA":
      await setQuota(master, may, call.set_quota?.quota_request ?? {});
      return 200;
    case "REMOVE_QUOTA":
      await removeQuota(master, may, call.remove_quota?.role ?? "");
      return 200;
    case "UPDATE_MAINTENANCE_SCHEDULE":
      await updateSchedule(master, may, call.update_maintenance_schedule?.schedule ?? {});
      return 200;
    case "START_MAINTENANCE":
      await startMaintenance(master, may, call.start_maintenance?.machines ?? []);
      return 200;
    case "STOP_MAINTENANCE":
      await stopMaintenance(master, may, call.stop_maintenance?.machines ?? []);
      return 200;
    default:
      return changeOfResources(master, may, call);
  }
}

/** The older way to set a quota. @throws HttpError 400, 403 */
export async function setQuota(master: LeadingMaster, may: Permissions, request: QuotaRequest): Promise<void> {
  const { role = "", guarantee = [], force = false } = request;
  if (master.quotas.of(role)) {
    throw new HttpError(400, `Failed to set quota: Can not set quota for a role that already has quota`);
  }
  const amounts = Object.fromEntries(guarantee.map(({ name, scalar }) => [name, { value: scalar?.value ?? 0 }]));
  await updateQuota(master, may, [{ role, guarantees: amounts, limits: amounts }], force);
}

/** @throws HttpError 400 for a role without quota, 403 */
export async function removeQuota(master: LeadingMaster, may: Permissions, role: string): Promise<void> {
  if (!master.quotas.of(role)) {
    throw new HttpError(400, `Failed to remove quota: Role '${role}' has no quota set`);
  }
  await updateQuota(master, may, [{ role }], true);
}

function changeOfResources(master: LeadingMaster, may: Permissions, call: OperatorChange): 200 | 202 {
  const body = (call as Record<string, unknown>)[call.type.toLowerCase()] as AgentBody | undefined;
  const id = body?.agent_id?.value ?? "";
  const { reserve_resources, unreserve_resources, create_volumes, destroy_volumes, grow_volume, shrink_volume } = call;
  switch (call.type) {
    case "RESERVE_RESOURCES": {
      const { resources = [] } = reserve_resources ?? {};
      changeResources(master, may, id, { type: "RESERVE", reserve: { resources } });
      return 202;
    }
    case "UNRESERVE_RESOURCES": {
      const { resources = [] } = unreserve_resources ?? {};
      changeResources(master, may, id, { type: "UNRESERVE", unreserve: { resources } });
      return 202;
    }
    case "CREATE_VOLUMES":
      changeResources(master, may, id, { type: "CREATE", create: { volumes: create_volumes?.volumes ?? [] } });
      return 202;
    case "DESTROY_VOLUMES":
      changeResources(master, may, id, { type: "DESTROY", destroy: { volumes: destroy_volumes?.volumes ?? [] } });
      return 202;
  }
  if (grow_volume && call.type === "GROW_VOLUME") {
    changeResources(master, may, id, { type: "GROW_VOLUME", grow_volume });
    return 202;
  }
  if (shrink_volume && call.type === "SHRINK_VOLUME") {
    changeResources(master, may, id, { type: "SHRINK_VOLUME", shrink_volume });
    return 202;
  }
  return 200; // SET_LOGGING_LEVEL, carried out before
}
