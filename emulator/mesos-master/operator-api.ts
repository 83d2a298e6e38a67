import { type CallShapes, readCall, requireJsonAccepted } from "@drover/emulator/http/call";
import { boolean, id, message, number, required } from "@drover/emulator/http/message-shape";
import { versionInfo } from "@drover/emulator/http/version";
import { empty, HttpError, json, type Reply } from "@drover/lib/http/reply";
import type { Context } from "@drover/lib/http/router";
import type { LeadingMaster } from "./leading-master";
import { metricsView } from "./views/metrics-view";
import { getAgents, getFrameworks, getState, getTasks } from "./views/operator-view";
import { rolesIn } from "./views/role-view";

const agentCall = { agent_id: required(id) };

/** The operator calls of this master; all others are answered as upstream answers types it does not know. */
const operatorCalls = {
  GET_HEALTH: { body: null },
  GET_VERSION: { body: null },
  GET_FLAGS: { body: null },
  GET_MASTER: { body: null },
  GET_AGENTS: { body: null },
  GET_FRAMEWORKS: { body: null },
  GET_TASKS: { body: null },
  GET_STATE: { body: null },
  GET_ROLES: { body: null },
  GET_METRICS: { body: { timeout: message({ nanoseconds: number }) } },
  TEARDOWN: { body: { framework_id: required(id) } },
  MARK_AGENT_GONE: { body: agentCall },
  DRAIN_AGENT: {
    body: { ...agentCall, max_grace_period: message({ seconds: number, nanos: number }), mark_gone: boolean },
  },
  DEACTIVATE_AGENT: { body: agentCall },
  REACTIVATE_AGENT: { body: agentCall },
} satisfies CallShapes;

interface AgentBody {
  agent_id: { value: string };
  max_grace_period?: { seconds?: number; nanos?: number };
  mark_gone?: boolean;
}

type OperatorCall =
  | { type: Exclude<keyof typeof operatorCalls, "TEARDOWN" | `${string}_AGENT` | `${string}_GONE`> }
  | { type: "TEARDOWN"; teardown: { framework_id: { value: string } } }
  | { type: "MARK_AGENT_GONE"; mark_agent_gone: AgentBody }
  | { type: "DRAIN_AGENT"; drain_agent: AgentBody }
  | { type: "DEACTIVATE_AGENT"; deactivate_agent: AgentBody }
  | { type: "REACTIVATE_AGENT"; reactivate_agent: AgentBody };

export interface ProcessFacts {
  startSeconds: number;
  flagTexts: Record<string, string>;
}

/** `POST /api/v1` */
export async function operatorApi(master: LeadingMaster, facts: ProcessFacts, context: Context): Promise<Reply> {
  const call = (await readCall(context, "master::Call", operatorCalls)) as unknown as OperatorCall;
  requireJsonAccepted(context);
  const answer = (body: object) => json({ type: call.type, [call.type.toLowerCase()]: body });
  switch (call.type) {
    case "GET_HEALTH":
      return answer({ healthy: true });
    case "GET_VERSION":
      return answer({ version_info: versionInfo() });
    case "GET_FLAGS":
      return answer({ flags: pairs(facts.flagTexts) });
    case "GET_MASTER":
      return answer({
        master_info: master.leadership.info,
        start_time: facts.startSeconds,
        elected_time: master.electedSeconds,
      });
    case "GET_AGENTS":
      return answer(getAgents(master.cluster));
    case "GET_FRAMEWORKS":
      return answer(getFrameworks(master.cluster));
    case "GET_TASKS":
      return answer(getTasks(master.cluster));
    case "GET_STATE":
      return answer(getState(master.cluster));
    case "GET_ROLES":
      return answer({ roles: rolesIn(master.cluster).map(roleMessage) });
    case "GET_METRICS":
      return answer({ metrics: pairs(metricsView(master, facts.startSeconds)) });
    default:
      await change(master, call);
      return empty(200);
  }
}

/** Ends a framework on the operator's behalf. @throws HttpError 400 for an unknown one */
export function teardown(master: LeadingMaster, frameworkId: string): void {
  const framework = master.cluster.frameworks.get(frameworkId);
  if (!framework) {
    throw new HttpError(400, "No framework found with specified ID");
  }
  master.frameworks.remove(framework);
}

async function change(
  master: LeadingMaster,
  call: Extract<OperatorCall, { type: "TEARDOWN" | `${string}_AGENT` | `${string}_GONE` }>,
): Promise<void> {
  switch (call.type) {
    case "TEARDOWN":
      return teardown(master, call.teardown.framework_id.value);
    case "MARK_AGENT_GONE": {
      const { value } = call.mark_agent_gone.agent_id;
      if (!(await master.registrar.markGone(value))) {
        throw new HttpError(404, `Agent '${value}' not found`);
      }
      return;
    }
    case "DRAIN_AGENT": {
      const { agent_id, max_grace_period, mark_gone = false } = call.drain_agent;
      const { seconds = 0, nanos = 0 } = max_grace_period ?? {};
      const limit = max_grace_period && seconds + nanos / 1e9;
      return master.drains.drain(agent_id.value, limit, mark_gone);
    }
    case "DEACTIVATE_AGENT":
      return master.drains.deactivate(call.deactivate_agent.agent_id.value);
    case "REACTIVATE_AGENT":
      return master.drains.reactivate(call.reactivate_agent.agent_id.value);
  }
}

function roleMessage({ name, frameworks, used, offered }: ReturnType<typeof rolesIn>[number]): object {
  return {
    name,
    weight: 1,
    frameworks: frameworks.map((framework) => ({ value: framework.id })),
    resources: used.plus(offered).toList({ role: "*" }),
  };
}

function pairs<Value>(values: Record<string, Value>): { name: string; value: Value }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
