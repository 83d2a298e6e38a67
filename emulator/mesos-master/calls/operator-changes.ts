import { HttpError } from "@drover/lib/http/reply";
import type { Resource } from "@drover/lib/mesos/types";
import type { Permissions } from "../access/permissions";
import { type MachineId, type MaintenanceSchedule, machineKey } from "../agents/machines";
import type { QuotaConfig } from "../allocation/quotas";
import type { WeightInfo } from "../allocation/weights";
import type { LeadingMaster } from "../leadership/leading-master";
import { roleOf } from "../resources/resource-kind";
import { type Conversion, conversionOf, type ResourceOperation } from "../resources/resource-operations";

/** Ends a framework. @throws HttpError 400 for an unknown one, 403 */
export function teardown(master: LeadingMaster, may: Permissions, frameworkId: string): void {
  const framework = master.cluster.frameworks.get(frameworkId);
  if (!framework) {
    throw new HttpError(400, "No framework found with specified ID");
  }
  may.require("teardown_frameworks", framework.info.principal);
  master.frameworks.remove(framework);
}

/** @throws HttpError 404 for an unknown agent, 403 */
export async function markGone(master: LeadingMaster, may: Permissions, agentId: string): Promise<void> {
  may.require("mark_agents_gone", agentId);
  if (!(await master.registrar.markGone(agentId))) {
    throw new HttpError(404, `Agent '${agentId}' not found`);
  }
}

/** @throws HttpError 400 for an unknown agent or one that is in the maintenance schedule, 403 */
export async function drain(
  master: LeadingMaster,
  may: Permissions,
  agentId: string,
  limitSeconds: number | undefined,
  andMarkGone: boolean,
): Promise<void> {
  may.require("drain_agents", agentId);
  const agent = master.cluster.agents.get(agentId);
  const machine = agent && master.maintenance.machineOf(agent);
  if (machine) {
    const name = `${machine.hostname ?? ""} (${machine.ip ?? ""})`;
    throw new HttpError(400, `Agent ${agentId} is part of a maintenance schedule under Machine ${name}`);
  }
  await master.drains.drain(agentId, limitSeconds, andMarkGone);
}

/**
 * Changes an agent's resources on the operator's behalf; offers that stand in the way are taken back.
 * @throws HttpError 400 for an invalid operation, 403, 409 when the agent does not have the resources free, or is not
 * connected: it would not hear of the change, and take it back with its next registration
 */
export function changeResources(
  master: LeadingMaster,
  may: Permissions,
  agentId: string,
  operation: ResourceOperation,
): void {
  const agent = master.cluster.agents.get(agentId);
  if (!agent) {
    throw new HttpError(400, "No agent found with specified ID");
  }
  const conversion = validConversion(operation);
  authorise(may, operation, conversion);
  const problem = master.operations.problem(agent, operation, conversion, may.principal);
  if (problem !== undefined) {
    throw new HttpError(400, `Invalid ${operation.type} operation: ${problem}`);
  }
  if (!agent.connection) {
    throw new HttpError(409, `Agent ${agentId} is disconnected`);
  }
  const free = agent.total.minus(agent.used);
  if (!free.contains(conversion.consumed)) {
    throw new HttpError(409, `${free.describe()} does not contain ${conversion.consumed.describe()}`);
  }
  if (!master.cluster.freeOf(agent).contains(conversion.consumed)) {
    master.offers.rescindAgent(agent);
  }
  master.operations.convert(agent, conversion);
  master.allocator.runSoon();
}

/** @throws HttpError 400, 403, or the registry's error */
export async function updateQuota(
  master: LeadingMaster,
  may: Permissions,
  configs: QuotaConfig[],
  force: boolean,
): Promise<void> {
  may.require("update_quotas", ...configs.map(({ role }) => role));
  await master.quotas.update(configs, force, (name) => master.cluster.total.scalar(name));
  master.allocator.runSoon();
}

/** @throws HttpError 400, 403, or the registry's error */
export async function updateWeights(
  master: LeadingMaster,
  may: Permissions,
  infos: Partial<WeightInfo>[],
): Promise<void> {
  may.require("update_weights", ...infos.map(({ role }) => role));
  await master.weights.update(infos);
  master.allocator.runSoon();
}

/** @throws HttpError 400, 403, or the registry's error */
export async function updateSchedule(
  master: LeadingMaster,
  may: Permissions,
  schedule: MaintenanceSchedule,
): Promise<void> {
  const machines = (schedule.windows ?? []).flatMap(({ machine_ids = [] }) => machine_ids);
  may.require("update_maintenance_schedules", ...machines.map(machineKey));
  await master.maintenance.update(schedule);
}

/** @throws HttpError 400, 403, or the registry's error */
export async function startMaintenance(master: LeadingMaster, may: Permissions, machines: MachineId[]): Promise<void> {
  may.require("start_maintenances", ...machines.map(machineKey));
  await master.maintenance.start(machines);
}

/** @throws HttpError 400, 403, or the registry's error */
export async function stopMaintenance(master: LeadingMaster, may: Permissions, machines: MachineId[]): Promise<void> {
  may.require("stop_maintenances", ...machines.map(machineKey));
  await master.maintenance.stop(machines);
}

/** A legacy endpoint's form field with JSON resources. @throws HttpError 400 */
export function resourcesIn(form: URLSearchParams, field: string): Resource[] {
  const text = form.get(field);
  if (text === null) {
    throw new HttpError(400, `Missing '${field}' query parameter in the request body`);
  }
  try {
    const list = JSON.parse(text) as unknown;
    if (Array.isArray(list) && list.every((each) => typeof each === "object" && each !== null)) {
      return list as Resource[];
    }
  } catch {
    // Falls through to the refusal below.
  }
  throw new HttpError(400, `Error in parsing '${field}' query parameter in the request body: Expecting a JSON array`);
}

function validConversion(operation: ResourceOperation): Conversion {
  try {
    return conversionOf(operation);
  } catch (error) {
    throw new HttpError(400, `Invalid ${operation.type} operation: ${(error as Error).message}`);
  }
}

function authorise(may: Permissions, { type }: ResourceOperation, { consumed, converted }: Conversion): void {
  if (type === "UNRESERVE") {
    may.require("unreserve_resources", ...consumed.kinds.map(({ reservations }) => reservations.at(-1)?.principal));
  } else if (type === "DESTROY") {
    may.require("destroy_volumes", ...consumed.kinds.map(({ disk }) => disk?.persistence?.principal));
  } else {
    const actions = { RESERVE: "reserve_resources", CREATE: "create_volumes" } as const;
    may.require(
      type === "RESERVE" || type === "CREATE" ? actions[type] : "resize_volume",
      ...converted.kinds.map(roleOf),
    );
  }
}
