import { randomUUID } from "node:crypto";
import type { AgentToMaster, MasterToAgent, Register } from "@drover/emulator/protocol/agent";
import { AGENT_CAPABILITIES } from "@drover/emulator/protocol/capabilities";
import { readBody } from "@drover/lib/http/body";
import type { LeadingMaster, MasterDetector } from "@drover/lib/mesos/master-detector";
import { postJson, readRecords } from "@drover/lib/mesos/stream";
import {
  type Attribute,
  type ExecutorInfo,
  type FrameworkInfo,
  isTerminal,
  type Reason,
  type Resource,
  type Task,
  type TaskInfo,
  type TaskState,
  type TaskStatus,
  type Value,
} from "@drover/lib/mesos/types";

const RETRY_MS = 100;

type Said = AgentToMaster extends infer Each
  ? Each extends AgentToMaster
    ? Omit<Each, "agent_id" | "stream_id">
    : never
  : never;

/** The agents' side of the protocol without containers: tasks run until they are finished or killed by the test. */
export class FakeAgent {
  id: string | undefined;
  /** Everything the master said, oldest first. */
  readonly received: MasterToAgent[] = [];
  readonly tasks = new Map<string, Task>();
  readonly executors = new Map<string, ExecutorInfo>();
  checkpointed: Resource[] = [];
  answersPings = true;
  private readonly frameworks = new Map<string, FrameworkInfo>();
  /** Updates that wait for an acknowledgement, by task. */
  private readonly pending = new Map<string, TaskStatus[]>();
  private session: { url: string; streamId: string; attempt: AbortController } | undefined;
  private leader: LeadingMaster | undefined;
  private running = false;
  private stopped = false;

  constructor(
    private readonly detector: MasterDetector,
    readonly hostname: string,
    private readonly resources: Resource[],
    private readonly attributes?: Attribute[],
  ) {}

  start(): void {
    this.stopped = false;
    this.detector.watch((leader) => {
      this.leader = leader;
      this.session?.attempt.abort();
      void this.run();
    });
    void this.run();
  }

  /** Breaks the connection, as the end of the agent's process does; tasks stay for a later start. */
  stop(): void {
    this.stopped = true;
    this.session?.attempt.abort();
  }

  get isRegistered(): boolean {
    return this.session !== undefined;
  }

  /** Moves a task on and tells the master, as soon as its earlier updates are acknowledged. */
  async update(taskId: string, state: TaskState, reason?: Reason): Promise<void> {
    const task = this.tasks.get(taskId);
    if (!task || !this.id) {
      throw new Error(`the agent has no task ${taskId}`);
    }
    const status: TaskStatus = {
      task_id: task.task_id,
      state,
      source: "SOURCE_EXECUTOR",
      ...(reason ? { reason } : {}),
      agent_id: { value: this.id },
      executor_id: task.executor_id ?? task.task_id,
      timestamp: Date.now() / 1000,
      container_status: {
        container_id: { value: `container-of-${taskId}` },
        network_infos: [{ ip_addresses: [{ protocol: "IPv4", ip_address: "127.0.0.1" }] }],
      },
      uuid: Buffer.from(randomUUID().replaceAll("-", ""), "hex").toString("base64"),
    };
    task.state = state;
    task.statuses.push(status);
    const queue = this.pending.get(taskId) ?? [];
    this.pending.set(taskId, [...queue, status]);
    if (queue.length === 0) {
      await this.sendPending(taskId);
    }
  }

  async say(message: Said): Promise<void> {
    const { session, id } = this;
    if (session && id) {
      const body = { agent_id: { value: id }, stream_id: session.streamId, ...message };
      const { response } = await postJson(session.url, body);
      await readBody(response, 1024);
    }
  }

  private async run(): Promise<void> {
    if (this.running) {
      return;
    }
    this.running = true;
    while (!this.stopped) {
      await this.follow().catch(() => {});
      this.session = undefined;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    this.running = false;
  }

  private async follow(): Promise<void> {
    const { leader } = this;
    if (!leader) {
      return;
    }
    const attempt = new AbortController();
    const url = `http://${leader.address.ip}:${leader.address.port}/api/v1/agent`;
    const { response } = await postJson(url, this.registration(), { agent: false, signal: attempt.signal });
    await readRecords(
      response,
      (record) => {
        const message = record as MasterToAgent;
        if (message.type === "REGISTERED") {
          this.id = message.registered.agent_id.value;
          this.session = { url, streamId: message.registered.stream_id, attempt };
        }
        this.received.push(message);
        void this.handle(message).catch(() => {});
      },
      () => 60_000,
    );
  }

  private registration(): Register {
    return {
      type: "REGISTER",
      register: {
        agent_info: {
          hostname: this.hostname,
          port: 5051,
          resources: this.resources,
          ...(this.attributes ? { attributes: this.attributes } : {}),
          ...(this.id ? { id: { value: this.id } } : {}),
        },
        pid: "slave(1)@127.0.0.1:5051",
        version: "1.11.0",
        tasks: [...this.tasks.values()],
        frameworks: [...this.frameworks.values()],
        executors: [...this.executors.values()],
        checkpointed_resources: this.checkpointed,
        capabilities: [...AGENT_CAPABILITIES, "RESERVATION_REFINEMENT"].map((type) => ({ type })),
      },
    };
  }

  private async handle(message: MasterToAgent): Promise<void> {
    switch (message.type) {
      case "PING":
        return this.answersPings ? this.say({ type: "PONG" }) : undefined;
      case "RUN_TASK": {
        const { framework_info, task } = message.run_task;
        this.frameworks.set(framework_info.id?.value ?? "", framework_info);
        this.add(framework_info, task);
        await this.update(task.task_id.value, "TASK_STARTING");
        return this.update(task.task_id.value, "TASK_RUNNING");
      }
      case "KILL_TASK":
        return this.update(message.kill_task.task_id.value, "TASK_KILLED");
      case "DRAIN":
        for (const taskId of this.tasks.keys()) {
          await this.update(taskId, "TASK_KILLED", "REASON_AGENT_DRAINING");
        }
        return;
      case "RUN_TASK_GROUP": {
        const { framework_info, executor, tasks } = message.run_task_group;
        this.frameworks.set(framework_info.id?.value ?? "", framework_info);
        this.executors.set(executor.executor_id.value, executor);
        for (const task of tasks) {
          this.add(framework_info, task, executor.executor_id);
          await this.update(task.task_id.value, "TASK_STARTING");
          await this.update(task.task_id.value, "TASK_RUNNING");
        }
        return;
      }
      case "SHUTDOWN_EXECUTOR": {
        const { framework_id, executor_id } = message.shutdown_executor;
        const own = [...this.tasks.values()].filter(({ executor_id: id }) => id?.value === executor_id.value);
        for (const { task_id } of own) {
          await this.update(task_id.value, "TASK_KILLED");
        }
        this.executors.delete(executor_id.value);
        return this.say({ type: "EXITED_EXECUTOR", exited_executor: { framework_id, executor_id, status: 0 } });
      }
      case "CHECKPOINT_RESOURCES":
        this.checkpointed = message.checkpoint_resources.resources;
        return;
      case "ACKNOWLEDGE":
        return this.acknowledged(message.acknowledge.task_id.value, message.acknowledge.uuid);
      case "UPDATE_FRAMEWORK":
        for (const taskId of this.pending.keys()) {
          await this.sendPending(taskId);
        }
        return;
      case "SHUTDOWN_FRAMEWORK":
        for (const [taskId, task] of this.tasks) {
          if (task.framework_id.value === message.shutdown_framework.framework_id.value) {
            this.tasks.delete(taskId);
            this.pending.delete(taskId);
          }
        }
        return;
      case "SHUTDOWN":
        return this.stop();
      case "REGISTERED":
        for (const taskId of this.pending.keys()) {
          await this.sendPending(taskId);
        }
    }
  }

  private add(framework: FrameworkInfo, task: TaskInfo, executorId?: Value): void {
    this.tasks.set(task.task_id.value, {
      name: task.name,
      task_id: task.task_id,
      framework_id: framework.id ?? { value: "" },
      ...(executorId ? { executor_id: executorId } : {}),
      agent_id: task.agent_id,
      state: "TASK_STAGING",
      resources: task.resources ?? [],
      statuses: [],
    });
  }

  private async acknowledged(taskId: string, uuid: string): Promise<void> {
    const [first, ...rest] = this.pending.get(taskId) ?? [];
    if (first?.uuid !== uuid) {
      return;
    }
    this.pending.set(taskId, rest);
    if (isTerminal(first.state)) {
      this.tasks.delete(taskId);
      this.pending.delete(taskId);
    }
    await this.sendPending(taskId);
  }

  private async sendPending(taskId: string): Promise<void> {
    const [first] = this.pending.get(taskId) ?? [];
    const task = this.tasks.get(taskId);
    if (first && task) {
      await this.say({ type: "UPDATE", update: { framework_id: task.framework_id, status: first } });
    }
  }
}

export function scalar(name: string, value: number): Resource {
  return { name, type: "SCALAR", scalar: { value } };
}

export function ports(begin: number, end: number): Resource {
  return { name: "ports", type: "RANGES", ranges: { range: [{ begin, end }] } };
}
