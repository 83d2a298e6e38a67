import { HttpError } from "@drover/lib/http/reply";
import type { KillPolicy } from "@drover/lib/mesos/types";
import type { Agents } from "./agents";
import type { Allocator } from "./allocator";
import type { Agent } from "./cluster";
import { type Leadership, nowSeconds } from "./leadership";
import type { Offers } from "./offers";
import type { Registrar } from "./registrar";
import type { TaskUpdates } from "./task-updates";

/** Takes agents out of use on the operator's behalf, and back. */
export class Drains {
  constructor(
    private readonly leadership: Leadership,
    private readonly agents: Agents,
    private readonly registrar: Registrar,
    private readonly offers: Offers,
    private readonly allocator: Allocator,
    updates: TaskUpdates,
  ) {
    updates.onTaskGone = (agentId) => this.check(agentId);
  }

  /** No more offers; tasks run on. @throws HttpError 400 for an unknown agent */
  async deactivate(id: string): Promise<void> {
    const agent = this.find(id);
    await this.registrar.changeAgent(agent, { deactivated: true, drain: agent.drain });
    this.offers.rescindAgent(agent);
  }

  /** Back in use. @throws HttpError 400 when it is not deactivated or still draining */
  async reactivate(id: string): Promise<void> {
    const agent = this.leadership.cluster.agents.get(id);
    if (!agent?.deactivated) {
      throw new HttpError(400, "Agent is not deactivated");
    }
    if (agent.drain?.state === "DRAINING") {
      throw new HttpError(400, "Agent is still in the DRAINING state");
    }
    await this.registrar.changeAgent(agent, { deactivated: false, drain: undefined });
    this.allocator.runSoon();
  }

  /**
   * Kills the agent's tasks, within their grace periods or a shorter one, and keeps it deactivated; a repeated call
   * replaces the settings. @throws HttpError 400 for an unknown agent
   */
  async drain(id: string, maxGracePeriodSeconds: number | undefined, markGone: boolean): Promise<void> {
    const agent = this.find(id);
    const drain = { state: "DRAINING", startSeconds: nowSeconds(), maxGracePeriodSeconds, markGone } as const;
    await this.registrar.changeAgent(agent, { deactivated: true, drain });
    this.offers.rescindAgent(agent);
    this.continue(agent);
  }

  /** Kills what is still on a draining agent; also after it has re-registered. */
  continue(agent: Agent): void {
    if (agent.drain?.state !== "DRAINING") {
      return;
    }
    for (const [framework, { task }] of this.agents.tasksOf(agent)) {
      agent.connection?.send({
        type: "KILL_TASK",
        kill_task: {
          framework_id: { value: framework.id },
          task_id: task.task_id,
          ...shortened(task.kill_policy, agent.drain.maxGracePeriodSeconds),
        },
      });
    }
    this.check(agent.id);
  }

  /** Drained as soon as the end of the last task has been acknowledged. */
  private check(agentId: string): void {
    const agent = this.leadership.cluster.agents.get(agentId);
    if (agent?.drain?.state === "DRAINING" && agent.tasks.size === 0) {
      this.finish(agent).catch((error: Error) => {
        this.leadership.log.error({ agent: agentId, error: error.message }, "the end of a drain could not be recorded");
      });
    }
  }

  private async finish(agent: Agent): Promise<void> {
    const { drain } = agent;
    if (!drain) {
      return;
    }
    drain.state = "DRAINED";
    await this.registrar.changeAgent(agent, { deactivated: true, drain });
    this.leadership.log.info({ agent: agent.id }, "agent is drained");
    if (drain.markGone) {
      await this.registrar.markGone(agent.id);
    }
  }

  private find(id: string): Agent {
    const agent = this.leadership.cluster.agents.get(id);
    if (!agent) {
      throw new HttpError(400, "Unknown agent");
    }
    return agent;
  }
}

/** What agents grant a task that has no kill policy, unless their executor_shutdown_grace_period says otherwise. */
const DEFAULT_GRACE_SECONDS = 5;

/** The kill policy that cuts the task's grace period to the limit; none where the task's own is not longer. */
function shortened(
  policy: KillPolicy | undefined,
  maxSeconds = Number.POSITIVE_INFINITY,
): { kill_policy?: KillPolicy } {
  const own = policy?.grace_period ? policy.grace_period.nanoseconds / 1e9 : DEFAULT_GRACE_SECONDS;
  return maxSeconds < own ? { kill_policy: { grace_period: { nanoseconds: maxSeconds * 1e9 } } } : {};
}
