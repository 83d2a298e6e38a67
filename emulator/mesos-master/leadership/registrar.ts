import type { MasterToAgent, Register } from "@drover/emulator/protocol/agent";
import { HttpError } from "@drover/lib/http/reply";
import { MAX_TIMER_MS } from "@drover/lib/long-timer";
import type { AgentInfo } from "@drover/lib/mesos/types";
import type { Agents } from "../agents/agents";
import { nowSeconds } from "../clock";
import { masterStatus, type TaskUpdates } from "../frameworks/task-updates";
import type { AbsentAgent, Agent, Connection } from "../model";
import type { Leadership } from "./leadership";
import type { AgentState, RegistryContent } from "./registry";

const UNREACHABLE = {
  state: "TASK_UNREACHABLE",
  reason: "REASON_AGENT_REMOVED",
  message: "health check timed out",
} as const;
const GONE = {
  state: "TASK_GONE_BY_OPERATOR",
  reason: "REASON_AGENT_REMOVED_BY_OPERATOR",
  message: "Agent has been marked gone",
} as const;

/**
 * Moves agents between admitted, unreachable and gone: first in the registry, then in the cluster, one move of an
 * agent at a time.
 */
export class Registrar {
  private readonly moves = new Map<string, Promise<unknown>>();
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly leadership: Leadership,
    private readonly agents: Agents,
    private readonly updates: TaskUpdates,
  ) {}

  stop(): void {
    for (const timer of this.timers) {
      clearInterval(timer);
    }
    for (const agent of this.leadership.cluster.agents.values()) {
      clearInterval(agent.pings);
    }
  }

  /** Loads the registry, and returns what operators set. Agents that do not come back in time after it are given up. */
  async recover(): Promise<RegistryContent["settings"]> {
    const { cluster, registry, flags } = this.leadership;
    const { agents, removedFrameworkIds, settings } = await registry.load();
    const lists = {
      admitted: cluster.recoveredAgents,
      unreachable: cluster.unreachableAgents,
      gone: cluster.goneAgents,
    };
    for (const { id, state, ...absent } of agents) {
      lists[state].set(id, absent);
    }
    for (const id of removedFrameworkIds) {
      cluster.removedFrameworkIds.add(id);
    }
    this.timers.push(
      setTimeout(() => this.giveUpRecovered(), Math.min(flags.agent_reregister_timeout, MAX_TIMER_MS)),
      setInterval(() => void this.forgetOld(), Math.min(flags.registry_gc_interval, MAX_TIMER_MS)),
    );
    return settings;
  }

  /**
   * Admits an agent and gives it the stream; one that was marked gone, or may not come, is told to shut down instead.
   * @param refusal why it may not come, where the caller knows one
   * @param connect opens the stream, once the registry has the agent
   * @throws ZookeeperError when the registry cannot be written
   */
  register(
    registration: Register["register"],
    refusal: string | undefined,
    connect: () => Connection<MasterToAgent>,
  ): Promise<Agent | undefined> {
    const id = registration.agent_info.id?.value ?? this.agents.newId();
    return this.move(id, async () => {
      const { cluster } = this.leadership;
      const message = cluster.goneAgents.has(id) ? GONE.message : refusal;
      if (message !== undefined) {
        const connection = connect();
        connection.send({ type: "SHUTDOWN", shutdown: { message } });
        connection.end();
        return undefined;
      }
      const before = cluster.recoveredAgents.get(id) ?? cluster.unreachableAgents.get(id);
      if (!cluster.agents.has(id) && !cluster.recoveredAgents.has(id)) {
        await this.record(id, "admitted", absentForm(registration.agent_info, before));
      }
      const agent = this.agents.admit(id, registration, connect());
      if (before) {
        agent.deactivated = before.deactivated ?? false;
        agent.drain = before.drain;
      }
      this.watch(agent);
      return agent;
    });
  }

  /** The agent leaves in order; it may come back under the same id. */
  unregister(agent: Agent): Promise<void> {
    return this.removeAgent(agent, "the agent unregistered");
  }

  /** Its machine goes down: the agent ends, and may come back under the same id when the machine is up. */
  takeDown(agent: Agent): Promise<void> {
    const message = "Operator initiated 'Machine DOWN'";
    agent.connection?.send({ type: "SHUTDOWN", shutdown: { message } });
    return this.removeAgent(agent, message);
  }

  private removeAgent(agent: Agent, cause: string): Promise<void> {
    return this.move(agent.id, async () => {
      const { cluster, registry, counters, watchers } = this.leadership;
      if (cluster.agents.get(agent.id) === agent) {
        await registry.removeAgent(agent.id);
        counters.add("master/slave_removals");
        counters.add("master/slave_removals/reason_unregistered");
        const message = `Agent ${agent.info.hostname} removed: ${cause}`;
        this.agents.remove(agent, { state: "TASK_LOST", reason: "REASON_AGENT_REMOVED", message });
        watchers.agentRemoved(agent.id);
      }
    });
  }

  /** Marks an agent gone for ever; false when nobody knows it. */
  markGone(id: string): Promise<boolean> {
    return this.move(id, async () => {
      const { cluster } = this.leadership;
      const agent = cluster.agents.get(id);
      const absent = cluster.recoveredAgents.get(id) ?? cluster.unreachableAgents.get(id);
      const gone = agent ? absentForm(agent.info) : absent && { ...absent, sinceSeconds: nowSeconds() };
      if (!gone) {
        return cluster.goneAgents.has(id);
      }
      await this.record(id, "gone", gone);
      cluster.recoveredAgents.delete(id);
      cluster.unreachableAgents.delete(id);
      cluster.goneAgents.set(id, gone);
      if (agent) {
        agent.connection?.send({ type: "SHUTDOWN", shutdown: { message: GONE.message } });
        this.agents.remove(agent, GONE);
      } else {
        this.endUnreachableTasks(id);
      }
      return true;
    });
  }

  /**
   * Writes what the operator decided about a registered agent.
   * @throws HttpError 409 when it was removed meanwhile, or ZookeeperError; the agent is unchanged then
   */
  changeAgent(agent: Agent, change: Pick<Agent, "deactivated" | "drain">): Promise<void> {
    return this.move(agent.id, async () => {
      if (this.leadership.cluster.agents.get(agent.id) !== agent) {
        throw new HttpError(409, "Agent was removed");
      }
      await this.record(agent.id, "admitted", { ...absentForm(agent.info), ...change });
      agent.deactivated = change.deactivated;
      agent.drain = change.drain;
    });
  }

  private watch(agent: Agent): void {
    agent.pings ??= setInterval(() => this.ping(agent), this.leadership.flags.agent_ping_timeout);
  }

  private ping(agent: Agent): void {
    agent.missedPings = agent.hasAnswered ? 0 : agent.missedPings + 1;
    if (agent.missedPings >= this.leadership.flags.max_agent_ping_timeouts) {
      clearInterval(agent.pings);
      agent.pings = undefined;
      const attempt = this.markUnreachable(agent).catch((error: Error) => {
        this.watch(agent); // the next ping tries again
        throw error;
      });
      this.report("mark an agent unreachable", attempt);
      return;
    }
    agent.hasAnswered = false;
    agent.connection?.send({ type: "PING" });
  }

  private markUnreachable(agent: Agent): Promise<void> {
    return this.move(agent.id, async () => {
      const { cluster, counters, log } = this.leadership;
      if (cluster.agents.get(agent.id) !== agent || agent.pings) {
        return; // removed, or back, while this move was waiting
      }
      const absent = { ...absentForm(agent.info), deactivated: agent.deactivated, drain: agent.drain };
      await this.record(agent.id, "unreachable", absent);
      log.warn({ agent: agent.id }, "agent is unreachable");
      counters.add("master/slave_unreachable_completed");
      counters.add("master/slave_removals");
      counters.add("master/slave_removals/reason_unhealthy");
      this.agents.remove(agent, { ...UNREACHABLE, unreachableSeconds: absent.sinceSeconds });
      cluster.unreachableAgents.set(agent.id, absent);
    });
  }

  private giveUpRecovered(): void {
    for (const id of this.leadership.cluster.recoveredAgents.keys()) {
      const giveUp = this.move(id, async () => {
        const { cluster, counters } = this.leadership;
        const absent = cluster.recoveredAgents.get(id);
        if (absent) {
          const now = { ...absent, sinceSeconds: nowSeconds() };
          await this.record(id, "unreachable", now);
          cluster.recoveredAgents.delete(id);
          cluster.unreachableAgents.set(id, now);
          counters.add("master/recovery_slave_removals");
          counters.add("master/slave_removals");
          counters.add("master/slave_removals/reason_unhealthy");
          this.agents.announceLoss(id);
        }
      });
      this.report("give up an agent that did not come back", giveUp);
    }
  }

  private endUnreachableTasks(agentId: string): void {
    for (const framework of this.leadership.cluster.frameworks.values()) {
      for (const [taskId, { task }] of framework.unreachableTasks) {
        if (task.agent_id.value === agentId) {
          framework.unreachableTasks.delete(taskId);
          this.updates.tell(framework, masterStatus(framework, { ...GONE, taskId, agentId }));
        }
      }
    }
  }

  private async forgetOld(): Promise<void> {
    const { cluster, registry, flags } = this.leadership;
    const forget = registry.forgetBefore(nowSeconds() - flags.registry_max_agent_age / 1000).then((ids) => {
      for (const id of ids) {
        cluster.unreachableAgents.delete(id);
        cluster.goneAgents.delete(id);
        cluster.removedFrameworkIds.delete(id);
      }
    });
    this.report("forget old entries of the registry", forget);
  }

  private async record(id: string, state: AgentState, absent: AbsentAgent): Promise<void> {
    await this.leadership.registry.putAgent({ id, state, ...absent });
  }

  private report(what: string, work: Promise<unknown>): void {
    work.catch((error: Error) => this.leadership.log.error({ error: error.message }, `could not ${what}`));
  }

  /** Waits for the agent's earlier moves. */
  private move<T>(id: string, work: () => Promise<T>): Promise<T> {
    const earlier = this.moves.get(id) ?? Promise.resolve();
    const mine = earlier.then(work, work);
    this.moves.set(id, mine);
    const clean = () => {
      if (this.moves.get(id) === mine) {
        this.moves.delete(id);
      }
    };
    mine.then(clean, clean);
    return mine;
  }
}

function absentForm(info: AgentInfo, operator: Pick<AbsentAgent, "deactivated" | "drain"> = {}): AbsentAgent {
  const { deactivated, drain } = operator;
  const { hostname, port = 5051, attributes } = info;
  return { hostname, port, attributes, sinceSeconds: nowSeconds(), deactivated, drain };
}
