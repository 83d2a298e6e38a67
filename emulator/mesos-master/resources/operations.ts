import { randomUUID } from "node:crypto";
import type { OperationStatus, Value } from "@drover/lib/mesos/types";
import type { TaskUpdates } from "../frameworks/task-updates";
import type { Leadership } from "../leadership/leadership";
import type { Agent, Framework, OperationRecord } from "../model";
import { roleOf } from "./resource-kind";
import { type Conversion, conversionOf, type ResourceOperation } from "./resource-operations";
import type { Resources } from "./resources";

/** Upstream re-sends what is not acknowledged after this time, each time doubled. */
const FIRST_RESEND_MS = 10_000;
const MAX_RESEND_MS = 600_000;

/** Changes of resources: reservations and persistent volumes. */
export class Operations {
  /** Carried out, with an id of the framework's, not acknowledged. By uuid. */
  readonly pending = new Map<string, OperationRecord>();

  constructor(
    private readonly leadership: Leadership,
    private readonly updates: TaskUpdates,
  ) {}

  stop(): void {
    for (const { resend } of this.pending.values()) {
      clearTimeout(resend);
    }
  }

  /**
   * Carries an operation of a framework out on resources it was offered.
   * @returns what is left of them: changed, or as they were when the operation was refused
   */
  perform(
    framework: Framework,
    agent: Agent,
    role: string,
    operation: ResourceOperation & { id?: Value },
    available: Resources,
  ): Resources {
    try {
      const conversion = conversionOf(operation);
      const problem =
        roleProblem(operation, conversion, role) ??
        this.problem(agent, operation, conversion, framework.info.principal) ??
        (available.contains(conversion.consumed)
          ? undefined
          : `Invalid ${operation.type} Operation: ${available.describe(role)} does not contain ${conversion.consumed.describe(role)}`);
      if (problem !== undefined) {
        throw new Error(problem);
      }
      this.convert(agent, conversion);
      this.report(framework, agent, operation);
      return available.minus(conversion.consumed).plus(conversion.converted);
    } catch (error) {
      const where = `on agent ${agent.id} at ${agent.pid} (${agent.info.hostname})`;
      this.refuse(framework, operation, `${(error as Error).message}; ${where}`);
      return available;
    }
  }

  /** Refuses an operation; the framework hears of it when it gave the operation an id. */
  refuse(framework: Framework, { type, id }: { type: string; id?: Value }, message: string): void {
    this.leadership.log.warn({ framework: framework.id, operation: type, problem: message }, "operation refused");
    if (id) {
      this.tell(framework, { operation_id: id, state: "OPERATION_ERROR", message });
    }
  }

  /** What forbids an operation on an agent, in upstream's words. */
  problem(
    agent: Agent,
    operation: ResourceOperation,
    { converted, consumed }: Conversion,
    principal: string | undefined,
  ): string | undefined {
    if (!agent.capabilities.includes("RESERVATION_REFINEMENT")) {
      return `Agent ${agent.id} does not keep reservations and volumes`;
    }
    if (operation.type === "RESERVE" && principal !== undefined) {
      const other = converted.kinds.find(({ reservations }) => reservations.at(-1)?.principal !== principal);
      if (other) {
        return `A reserve operation was attempted by principal '${principal}', but there is a reserved resource in the request with principal '${other.reservations.at(-1)?.principal ?? ""}'`;
      }
    }
    if (operation.type === "CREATE") {
      const known = new Set(agent.total.kinds.map(({ disk }) => disk?.persistence?.id));
      const twice = converted.kinds.find(({ disk }) => known.has(disk?.persistence?.id));
      return twice && `Persistent volume with ID '${twice.disk?.persistence?.id}' already exists`;
    }
    if (operation.type === "DESTROY" || operation.type === "SHRINK_VOLUME" || operation.type === "GROW_VOLUME") {
      const used = new Set([...agent.used.kinds].filter(({ disk }) => disk?.persistence).map(({ key }) => key));
      return consumed.kinds.some(({ key }) => used.has(key)) ? "Persistent volumes in use" : undefined;
    }
    return undefined;
  }

  /** Makes it so, here and on the agent. */
  convert(agent: Agent, { consumed, converted }: Conversion): void {
    this.leadership.cluster.setTotal(agent, agent.total.minus(consumed).plus(converted));
    const resources = agent.total.dynamic().toList({ spelling: "refined" });
    agent.connection?.send({ type: "CHECKPOINT_RESOURCES", checkpoint_resources: { resources } });
  }

  acknowledge(framework: Framework, uuid: string): void {
    const record = this.pending.get(uuid);
    if (record?.framework === framework) {
      clearTimeout(record.resend);
      this.pending.delete(uuid);
    }
  }

  /** A framework that has gone acknowledges nothing any more. */
  forget(framework: Framework): void {
    for (const uuid of this.pending.keys()) {
      this.acknowledge(framework, uuid);
    }
  }

  /** Answers what has become of operations; of all that are not acknowledged when none is named. */
  reconcile(framework: Framework, asked: { operation_id: Value; agent_id?: Value }[]): void {
    const own = [...this.pending.values()].filter((record) => record.framework === framework);
    for (const { status } of asked.length === 0 ? own : []) {
      this.tell(framework, withoutUuid(status));
    }
    for (const { operation_id, agent_id } of asked) {
      const known = own.find(({ status }) => status.operation_id?.value === operation_id.value);
      const state = this.stateWithout(agent_id?.value);
      const where = agent_id === undefined ? " and no 'agent_id' was provided" : "";
      const message = `Reconciliation: Operation is unknown${where}`;
      this.tell(
        framework,
        known
          ? withoutUuid(known.status)
          : { operation_id, state, message, ...(agent_id === undefined ? {} : { agent_id }) },
      );
    }
  }

  private stateWithout(agentId: string | undefined): OperationStatus["state"] {
    const { recoveredAgents, unreachableAgents, goneAgents } = this.leadership.cluster;
    if (agentId === undefined) {
      return "OPERATION_UNKNOWN";
    }
    if (recoveredAgents.has(agentId)) {
      return "OPERATION_RECOVERING";
    }
    if (unreachableAgents.has(agentId)) {
      return "OPERATION_UNREACHABLE";
    }
    return goneAgents.has(agentId) ? "OPERATION_GONE_BY_OPERATOR" : "OPERATION_UNKNOWN";
  }

  private report(framework: Framework, agent: Agent, info: ResourceOperation & { id?: Value }): void {
    const { id } = info;
    if (!id) {
      return;
    }
    const uuid = Buffer.from(randomUUID().replaceAll("-", ""), "hex").toString("base64");
    const status = {
      operation_id: id,
      state: "OPERATION_FINISHED" as const,
      uuid: { value: uuid },
      agent_id: { value: agent.id },
    };
    const record: OperationRecord = { framework, agentId: agent.id, info, status };
    this.pending.set(uuid, record);
    this.send(record, FIRST_RESEND_MS);
  }

  private send(record: OperationRecord, waitMs: number): void {
    this.tell(record.framework, record.status);
    record.resend = setTimeout(() => this.send(record, Math.min(waitMs * 2, MAX_RESEND_MS)), waitMs);
    record.resend.unref();
  }

  private tell(framework: Framework, status: OperationStatus): void {
    this.updates.send(framework, { type: "UPDATE_OPERATION_STATUS", update_operation_status: { status } });
  }
}

/** Reservations of a framework are for the role it was offered the resources for. */
function roleProblem(operation: ResourceOperation, { converted }: Conversion, role: string): string | undefined {
  const other = operation.type === "RESERVE" ? converted.kinds.map(roleOf).find((owner) => owner !== role) : undefined;
  return other === undefined
    ? undefined
    : `A reserve operation was attempted for a resource allocated to role '${role}', but the reservation is for role '${other}'`;
}

function withoutUuid({ uuid: _, ...status }: OperationStatus): OperationStatus {
  return status;
}
