import type { ServerResponse } from "node:http";
import type { AgentToMaster, MasterToAgent, Register } from "@drover/emulator/protocol/agent";
import { empty } from "@drover/lib/http/reply";
import { type Context, Router } from "@drover/lib/http/router";
import { type HttpServer, listen } from "@drover/lib/http/server";
import { encodeJsonRecord } from "@drover/lib/mesos/recordio";
import type { ExecutorInfo, FrameworkInfo, Resource, TaskInfo, TaskState, TaskStatus } from "@drover/lib/mesos/types";
import { waitFor } from "@drover/lib/test/wait";

const FRAMEWORK: FrameworkInfo = {
  id: { value: "F-0000" },
  user: "root",
  name: "test",
  checkpoint: true,
  roles: ["web"],
  capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }, { type: "TASK_KILLING_STATE" }],
};

const RESOURCES: Resource[] = [
  { name: "cpus", type: "SCALAR", scalar: { value: 0.1 }, allocation_info: { role: "web" } },
  { name: "mem", type: "SCALAR", scalar: { value: 32 }, allocation_info: { role: "web" } },
];

/** The master's side of emulator/protocol/agent.ts for one agent, with everything it was told. */
export class MasterStub {
  readonly registrations: Register["register"][] = [];
  readonly messages: AgentToMaster[] = [];
  /** Updates in the order they came, repeats too. */
  readonly updates: TaskStatus[] = [];
  acknowledging = true;
  /** Messages of this type get lost. */
  losing: AgentToMaster["type"] | undefined;
  /** What it says at a registration. */
  totalPingTimeoutSeconds: number | undefined;
  private streams = 0;
  private stream: ServerResponse | undefined;

  private constructor(
    private readonly server: HttpServer,
    readonly framework: FrameworkInfo,
  ) {}

  static async start(framework: Partial<FrameworkInfo> = {}): Promise<MasterStub> {
    const router = new Router();
    const server = await listen(router.handle, 0, "127.0.0.1");
    const master = new MasterStub(server, { ...FRAMEWORK, ...framework });
    router.on("POST", "/api/v1/agent", (context) => master.receive(context));
    return master;
  }

  get address(): string {
    return `127.0.0.1:${this.server.port}`;
  }

  async stop(): Promise<void> {
    this.dropAgent();
    await this.server.close(0);
  }

  /** Ends the agent's stream, as a master does that lost its leadership. */
  dropAgent(): void {
    this.stream?.end();
    this.stream = undefined;
  }

  send(message: MasterToAgent): void {
    this.stream?.write(encodeJsonRecord(message));
  }

  /** Waits for the n-th registration. */
  async registered(count = 1): Promise<Register["register"]> {
    return waitFor(`registration ${count}`, () => this.registrations[count - 1], 20_000);
  }

  run(task: Partial<TaskInfo> & { id: string }): void {
    const { id, ...rest } = task;
    const info = { name: id, task_id: { value: id }, agent_id: { value: "S0" }, resources: RESOURCES, ...rest };
    this.send({ type: "RUN_TASK", run_task: { framework_info: this.framework, task: info } });
  }

  /** Launches a task group on the default executor `pod`, one task each entry. */
  runGroup(commands: Record<string, string>, task: Partial<TaskInfo> = {}, executor: Partial<ExecutorInfo> = {}): void {
    const tasks = Object.entries(commands).map(([id, value]) => ({
      ...{ name: id, task_id: { value: id }, agent_id: { value: "S0" }, resources: RESOURCES, command: { value } },
      ...task,
    }));
    const info: ExecutorInfo = { type: "DEFAULT", executor_id: { value: "pod" }, resources: RESOURCES, ...executor };
    this.send({ type: "RUN_TASK_GROUP", run_task_group: { framework_info: this.framework, executor: info, tasks } });
  }

  kill(id: string, graceSeconds?: number): void {
    const policy =
      graceSeconds === undefined ? {} : { kill_policy: { grace_period: { nanoseconds: graceSeconds * 1e9 } } };
    this.send({
      type: "KILL_TASK",
      kill_task: { framework_id: { value: "F-0000" }, task_id: { value: id }, ...policy },
    });
  }

  /** All statuses of a task in order, without repeats. */
  statusesOf(id: string): TaskStatus[] {
    const own = this.updates.filter(({ task_id }) => task_id.value === id);
    return own.filter(({ uuid }, index) => own.findIndex((other) => other.uuid === uuid) === index);
  }

  statesOf(id: string): TaskState[] {
    return this.statusesOf(id).map(({ state }) => state);
  }

  /** Waits until a task has reached a state. */
  async reached(id: string, state: TaskState, limitMs = 20_000): Promise<TaskStatus> {
    return waitFor(`${id} to be ${state}`, () => this.statusesOf(id).find((status) => status.state === state), limitMs);
  }

  acknowledge(status: TaskStatus): void {
    this.send({
      type: "ACKNOWLEDGE",
      acknowledge: { framework_id: { value: "F-0000" }, task_id: status.task_id, uuid: status.uuid ?? "" },
    });
  }

  private async receive(context: Context) {
    const message = (await context.json()) as Register | AgentToMaster;
    if (message.type === "REGISTER") {
      this.registrations.push(message.register);
      this.stream = context.response;
      this.stream.writeHead(200, { "Content-Type": "application/json" });
      const stream_id = `stream-${++this.streams}`;
      const total_ping_timeout_seconds = this.totalPingTimeoutSeconds;
      this.send({
        type: "REGISTERED",
        registered: { agent_id: { value: "S0" }, stream_id, total_ping_timeout_seconds },
      });
      return undefined;
    }
    if (message.stream_id !== `stream-${this.streams}`) {
      return empty(409);
    }
    if (message.type === this.losing) {
      context.response.destroy();
      return undefined;
    }
    this.messages.push(message);
    if (message.type === "UPDATE") {
      this.updates.push(message.update.status);
      if (this.acknowledging) {
        this.acknowledge(message.update.status);
      }
    }
    return empty(202);
  }
}
