import { HttpError } from "@drover/lib/http/reply";
import type { Unavailability, Value } from "@drover/lib/mesos/types";
import type { Offers } from "../allocation/offers";
import { nowSeconds } from "../clock";
import type { TaskUpdates } from "../frameworks/task-updates";
import type { Leadership } from "../leadership/leadership";
import type { Agent, Framework } from "../model";
import { Serial } from "../serial";
import { agentUrl } from "../views/offer-message";
import {
  isOn,
  type MachineFilter,
  type MachineId,
  type MaintenanceSchedule,
  machineKey,
  machineText,
  scheduleOf,
  scheduleProblem,
} from "./machines";

/** What is kept in the registry. */
export interface MaintenanceState {
  schedule: MaintenanceSchedule;
  down: MachineId[];
}

interface Answer {
  status: "ACCEPT" | "DECLINE";
  framework_id: Value;
  timestamp: { nanoseconds: number };
}

interface InverseOfferRecord {
  framework: Framework;
  agent: Agent;
}

/** Planned maintenance of machines: frameworks are asked to leave, then the operator takes the machines down. */
export class Maintenance {
  private state: MaintenanceState = { schedule: {}, down: [] };
  private readonly changes = new Serial();
  private readonly inverseOffers = new Map<string, InverseOfferRecord>();
  /** By machine. */
  private readonly answers = new Map<string, Answer[]>();

  constructor(
    private readonly leadership: Leadership,
    private readonly updates: TaskUpdates,
    private readonly offers: Offers,
    /** Takes an agent out whose machine goes down. */
    private readonly takeDown: (agent: Agent) => Promise<void>,
  ) {}

  load(state: MaintenanceState | undefined): void {
    this.state = state ?? this.state;
    for (const agent of this.leadership.cluster.agents.values()) {
      this.mark(agent);
    }
  }

  /** The form of `/maintenance/schedule`, with only those machines that may be seen. */
  schedule(maySee: MachineFilter): MaintenanceSchedule {
    return scheduleOf(this.state.schedule, maySee);
  }

  /** The form of `/maintenance/status`, with only those machines that may be seen. */
  status(maySee: MachineFilter): object {
    const schedule = scheduleOf(this.state.schedule, maySee);
    const down = this.state.down.filter(maySee);
    const draining = machinesIn(schedule).filter((machine) => !includes(down, machine));
    const machines = draining.map((id) => {
      const statuses = this.answers.get(machineKey(id));
      return { id, ...(statuses ? { statuses } : {}) };
    });
    return {
      ...(machines.length > 0 ? { draining_machines: machines } : {}),
      ...(down.length > 0 ? { down_machines: down } : {}),
    };
  }

  /** Replaces the schedule. @throws HttpError 400 in upstream's words, or the registry's error */
  update(schedule: MaintenanceSchedule): Promise<void> {
    return this.changes.run(() => this.replace(schedule));
  }

  private async replace(schedule: MaintenanceSchedule): Promise<void> {
    const machines = machinesIn(schedule);
    const problem = scheduleProblem(schedule);
    const missing = this.state.down.find((machine) => !includes(machines, machine));
    if (problem !== undefined || missing) {
      const text =
        missing && `Machine '${machineText(missing)}' is deactivated and cannot be removed from the schedule`;
      throw new HttpError(400, problem ?? text ?? "");
    }
    await this.store({ ...this.state, schedule });
    for (const key of this.answers.keys()) {
      if (!machines.some((machine) => machineKey(machine) === key)) {
        this.answers.delete(key);
      }
    }
    for (const agent of this.leadership.cluster.agents.values()) {
      const before = agent.unavailability;
      this.mark(agent);
      if (agent.unavailability !== undefined || before !== undefined) {
        this.rescind(agent);
        this.offers.rescindAgent(agent);
        this.invite(agent);
      }
    }
  }

  /** Takes scheduled machines down. @throws HttpError 400 in upstream's words, or the registry's error */
  start(machines: readonly MachineId[]): Promise<void> {
    return this.changes.run(() => this.takeMachinesDown(machines));
  }

  private async takeMachinesDown(machines: readonly MachineId[]): Promise<void> {
    this.refuse(machines, "DRAINING", "brought down", (machine) => {
      return includes(machinesIn(this.state.schedule), machine) && !includes(this.state.down, machine);
    });
    await this.store({ ...this.state, down: [...this.state.down, ...machines] });
    for (const agent of [...this.leadership.cluster.agents.values()]) {
      if (this.isDown(agent.info.hostname, agent.pid)) {
        this.rescind(agent);
        await this.takeDown(agent);
      }
    }
  }

  /** Brings machines back; they leave the schedule. @throws HttpError 400 in upstream's words, or the registry's error */
  stop(machines: readonly MachineId[]): Promise<void> {
    return this.changes.run(() => this.bringMachinesUp(machines));
  }

  private async bringMachinesUp(machines: readonly MachineId[]): Promise<void> {
    this.refuse(machines, "DOWN", "brought up", (machine) => includes(this.state.down, machine));
    const stays = (machine: MachineId) => !includes(machines, machine);
    await this.store({ schedule: scheduleOf(this.state.schedule, stays), down: this.state.down.filter(stays) });
  }

  /** True for an agent that has to stay away. */
  isDown(hostname: string, pid: string): boolean {
    return this.state.down.some((machine) => isOn(machine, hostname, pid));
  }

  /** The machine under which an agent is in the schedule. */
  machineOf({ info, pid }: Agent): MachineId | undefined {
    return machinesIn(this.state.schedule).find((machine) => isOn(machine, info.hostname, pid));
  }

  /** Notes on an agent when its machine will not be available. */
  mark(agent: Agent): void {
    agent.unavailability = unavailabilityOf(this.state.schedule, agent);
  }

  /** A framework's answers to inverse offers; the others' and old ones are ignored, as upstream. */
  answer(framework: Framework, ids: readonly Value[], status: Answer["status"]): void {
    for (const { value } of ids) {
      const record = this.inverseOffers.get(value);
      const machine = record && this.machineOf(record.agent);
      if (record?.framework === framework && machine) {
        this.inverseOffers.delete(value);
        const key = machineKey(machine);
        const others = (this.answers.get(key) ?? []).filter(({ framework_id }) => framework_id.value !== framework.id);
        const timestamp = { nanoseconds: Math.round(nowSeconds() * 1e9) };
        this.answers.set(key, [...others, { status, framework_id: { value: framework.id }, timestamp }]);
      }
    }
  }

  /** The agent is no longer there to be left. */
  rescind(agent: Agent): void {
    for (const [id, record] of this.inverseOffers) {
      if (record.agent === agent) {
        this.inverseOffers.delete(id);
        this.updates.send(record.framework, {
          type: "RESCIND_INVERSE_OFFER",
          rescind_inverse_offer: { inverse_offer_id: { value: id } },
        });
      }
    }
  }

  /** Asks the frameworks that have tasks or offers on an agent to leave it. */
  private invite(agent: Agent): void {
    const { unavailability } = agent;
    const ids = new Set([...agent.tasks.values()].map(({ task }) => task.framework_id.value));
    for (const framework of unavailability ? this.leadership.cluster.frameworks.values() : []) {
      if (unavailability && framework.connection && ids.has(framework.id)) {
        const id = this.offers.newId();
        this.inverseOffers.set(id, { framework, agent });
        const offer = {
          id: { value: id },
          url: agentUrl(agent),
          framework_id: { value: framework.id },
          agent_id: { value: agent.id },
          unavailability,
        };
        this.updates.send(framework, { type: "INVERSE_OFFERS", inverse_offers: { inverse_offers: [offer] } });
      }
    }
  }

  private refuse(
    machines: readonly MachineId[],
    mode: string,
    change: string,
    isReady: (machine: MachineId) => boolean,
  ): void {
    const bad = machines.find((machine) => !isReady(machine));
    if (bad) {
      throw new HttpError(400, `Machine '${machineText(bad)}' is not in ${mode} mode and cannot be ${change}`);
    }
    if (machines.length === 0) {
      throw new HttpError(400, "List of machines is empty");
    }
  }

  private async store(state: MaintenanceState): Promise<void> {
    await this.leadership.registry.putSetting("maintenance", state);
    this.state = state;
  }
}

function machinesIn({ windows = [] }: MaintenanceSchedule): MachineId[] {
  return windows.flatMap(({ machine_ids = [] }) => machine_ids);
}

function includes(machines: readonly MachineId[], machine: MachineId): boolean {
  return machines.some((each) => machineKey(each) === machineKey(machine));
}

function unavailabilityOf({ windows = [] }: MaintenanceSchedule, { info, pid }: Agent): Unavailability | undefined {
  return windows.find(({ machine_ids = [] }) => machine_ids.some((machine) => isOn(machine, info.hostname, pid)))
    ?.unavailability;
}
