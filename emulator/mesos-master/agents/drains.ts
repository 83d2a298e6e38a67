import { HttpError } from "@drover/lib/http/reply";
import type { Allocator } from "../allocation/allocator";
import type { Offers } from "../allocation/offers";
import { nowSeconds } from "../clock";
import type { TaskUpdates } from "../frameworks/task-updates";
import type { Leadership } from "../leadership/leadership";
import type { Registrar } from "../leadership/registrar";
import type { Agent } from "../model";

/** Takes agents out of use on the operator's behalf, and back. */
export class Drains {
  constructor(
    private readonly leadership: Leadership,
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

  /** Tells a draining agent to kill its tasks; also after it has re-registered. */
  continue(agent: Agent): void {
    if (agent.drain?.state !== "DRAINING") {
      return;
    }
    const { maxGracePeriodSeconds: limit, markGone } = agent.drain;
    const max_grace_period = limit === undefined ? undefined : { nanoseconds: Math.round(limit * 1e9) };
    const config = { ...(max_grace_period ? { max_grace_period } : {}), mark_gone: markGone };
    agent.connection?.send({ type: "DRAIN", drain: { config } });
    this.check(agent.id);
  }

  /** Drained as soon as the end of the last task has been acknowledged. */
  private check(agentId: string): void {
    const agent = this.leadership.cluster.agents.get(agentId);
    if (agent?.drain?.state === "DRAINING" && agent.tasks.size === 0) {
      this.finish(agent).catch((error: Error) => {
        if (!(error instanceof HttpError)) {
          const { log } = this.leadership;
          log.error({ agent: agentId, error: error.message }, "the end of a drain could not be recorded");
        } // else its tasks have gone because the agent is being removed
      });
    }
  }

  private async finish(agent: Agent): Promise<void> {
    const { drain } = agent;
    if (!drain) {
      return;
    }
    await this.registrar.changeAgent(agent, { deactivated: true, drain: { ...drain, state: "DRAINED" } });
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
