/**
 * What an emulated agent and an emulated master say to each other.
 *
 * Upstream does this with libprocess messages, which have no public HTTP form, so nobody else's client
 * ever sees it. Everything that other people's clients do see (operator, scheduler and agent APIs, state in
 * ZooKeeper) is upstream's.
 *
 * The agent finds the leading master in ZooKeeper and opens `POST http://<leader>/api/v1/agent` with a
 * {@link Register} as JSON body. A leader answers 200 with a RecordIO stream of {@link MasterToAgent}
 * (first record `REGISTERED`), a standby 307, a master that has not recovered 503. The stream is the
 * connection: when it ends the agent registers again with backoff. Everything else the agent says is an
 * {@link AgentToMaster} posted to the same path, answered 202, or 409 when `stream_id` is not the agent's
 * current one (the agent then registers again).
 */
import type {
  AgentInfo,
  DurationInfo,
  ExecutorInfo,
  FrameworkInfo,
  KillPolicy,
  Resource,
  Task,
  TaskInfo,
  TaskStatus,
  Value,
} from "@drover/lib/mesos/types";

/** What an operator asked of an agent with DRAIN_AGENT. */
export interface DrainConfig {
  /** Tasks that grant themselves longer get this; absent: each task's own. */
  max_grace_period?: DurationInfo;
  mark_gone?: boolean;
}

export interface Register {
  type: "REGISTER";
  register: {
    /**
     * Carries `id` when the agent has been registered before (a re-registration). Its resources are those of the
     * flags: static reservations are in it, dynamic ones and volumes are not.
     */
    agent_info: AgentInfo;
    /** libprocess form, `slave(1)@10.0.0.5:5051`. */
    pid: string;
    version: string;
    /** Tasks the agent still has, each with all its statuses; terminal ones until they are acknowledged. */
    tasks: Task[];
    /** The frameworks of those tasks, so that a new master can recover them. */
    frameworks: FrameworkInfo[];
    /** Executors of task groups that still run, each with its framework_id. */
    executors?: ExecutorInfo[];
    /** The last CHECKPOINT_RESOURCES that the agent took. */
    checkpointed_resources?: Resource[];
    /** What the agent can do, by upstream's names; absent: what `AGENT_CAPABILITIES` says. */
    capabilities?: { type: string }[];
  };
}

export type MasterToAgent =
  /** An agent that hears nothing for the total ping timeout, 75 s where it is absent, registers again. */
  | {
      type: "REGISTERED";
      registered: { agent_id: Value; stream_id: string; total_ping_timeout_seconds?: number };
    }
  | { type: "RUN_TASK"; run_task: { framework_info: FrameworkInfo; task: TaskInfo } }
  /** Tasks that start and end together, on the default executor. Their updates carry the executor's id. */
  | {
      type: "RUN_TASK_GROUP";
      run_task_group: { framework_info: FrameworkInfo; executor: ExecutorInfo; tasks: TaskInfo[] };
    }
  | { type: "KILL_TASK"; kill_task: { framework_id: Value; task_id: Value; kill_policy?: KillPolicy } }
  /** The scheduler has acknowledged a status update; the agent may send the task's next one. */
  | { type: "ACKNOWLEDGE"; acknowledge: { framework_id: Value; task_id: Value; uuid: string } }
  /** Scheduler's SHUTDOWN: kill all tasks of an executor and report them. */
  | { type: "SHUTDOWN_EXECUTOR"; shutdown_executor: { framework_id: Value; executor_id: Value } }
  /** A framework is gone: kill its tasks, send no more updates for them. */
  | { type: "SHUTDOWN_FRAMEWORK"; shutdown_framework: { framework_id: Value } }
  /** Framework re-subscribed or changed: re-send its pending updates at once. */
  | { type: "UPDATE_FRAMEWORK"; update_framework: { framework_info: FrameworkInfo } }
  /**
   * All dynamic reservations and persistent volumes of the agent from now on. It makes the directories of new volumes
   * and removes those of volumes that are no longer listed. Sent before the RUN_TASK that uses them.
   */
  | { type: "CHECKPOINT_RESOURCES"; checkpoint_resources: { resources: Resource[] } }
  /**
   * Kill every task, with REASON_AGENT_DRAINING in its updates. Sent again after a re-registration, as long as the
   * agent is draining.
   */
  | { type: "DRAIN"; drain: { config: DrainConfig } }
  /** Answer with PONG within the master's agent_ping_timeout. */
  | { type: "PING" }
  /** The master wants this agent to end (marked gone, unregistered): kill all tasks and exit. */
  | { type: "SHUTDOWN"; shutdown: { message: string } };

export type AgentToMaster = { agent_id: Value; stream_id: string } & (
  | { type: "UPDATE"; update: { framework_id: Value; status: TaskStatus } }
  /** An executor of task groups has ended; `status` is its wait status, 0 for an orderly end. */
  | { type: "EXITED_EXECUTOR"; exited_executor: { framework_id: Value; executor_id: Value; status: number } }
  | { type: "PONG" }
  /** SIGUSR1: leaves the cluster for good. */
  | { type: "UNREGISTER" }
);
