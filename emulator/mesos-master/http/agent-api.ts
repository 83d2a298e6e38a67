import { randomUUID } from "node:crypto";
import {
  checkMessage,
  id,
  message,
  number,
  repeated,
  required,
  type Shape,
  string,
} from "@drover/emulator/http/message-shape";
import { RecordStream } from "@drover/emulator/http/record-stream";
import type { AgentToMaster, MasterToAgent, Register } from "@drover/emulator/protocol/agent";
import { empty, HttpError, type Reply } from "@drover/lib/http/reply";
import type { Context } from "@drover/lib/http/router";
import type { LeadingMaster } from "../leadership/leading-master";
import type { Agent, Connection } from "../model";
import { Resources } from "../resources/resources";
import { idProblem } from "../validation/id-validation";

const resource: Shape = {
  name: required(string),
  type: required(string),
  scalar: message({ value: required(number) }),
  ranges: message({ range: repeated(message({ begin: required(number), end: required(number) })) }),
  set: message({ item: repeated(string) }),
  role: string,
};

const status: Shape = { task_id: required(id), state: required(string), uuid: string };

const register: Shape = {
  agent_info: required(message({ hostname: required(string), resources: repeated(message(resource)), id })),
  pid: required(string),
  version: required(string),
  tasks: repeated(
    message({
      name: required(string),
      task_id: required(id),
      framework_id: required(id),
      agent_id: required(id),
      state: required(string),
      resources: repeated(message(resource)),
      statuses: repeated(message(status)),
    }),
  ),
  frameworks: repeated(message({ id: required(id), user: required(string), name: required(string) })),
  executors: repeated(
    message({ executor_id: required(id), framework_id: required(id), resources: repeated(message(resource)) }),
  ),
  checkpointed_resources: repeated(message(resource)),
  capabilities: repeated(message({ type: required(string) })),
};

const shape: Shape = {
  type: required(string),
  register: message(register),
  agent_id: id,
  stream_id: string,
  update: message({ framework_id: required(id), status: required(message(status)) }),
  exited_executor: message({ framework_id: required(id), executor_id: required(id), status: required(number) }),
};

/** `POST /api/v1/agent`: the agents' side of emulator/protocol/agent.ts. */
export async function agentApi(
  master: LeadingMaster,
  context: Context,
  principal: string | undefined,
): Promise<Reply | undefined> {
  const body = await context.json();
  checkMessage(body, shape, "Agent");
  const call = body as Register | AgentToMaster;
  if (call.type === "REGISTER") {
    return registerAgent(master, context, principal, call);
  }
  const agent = master.cluster.agents.get(call.agent_id?.value);
  if (!agent?.connection || agent.connection.streamId !== call.stream_id) {
    throw new HttpError(409, "the agent is not registered on this stream: register again");
  }
  switch (call.type) {
    case "UPDATE":
      if (!call.update) {
        throw new HttpError(400, "UPDATE needs 'update'");
      }
      master.agents.receiveUpdate(agent, call.update.framework_id.value, call.update.status);
      break;
    case "PONG":
      agent.hasAnswered = true;
      break;
    case "EXITED_EXECUTOR": {
      const { framework_id, executor_id, status } = call.exited_executor;
      master.agents.executorExited(agent, framework_id.value, executor_id.value, status);
      break;
    }
    case "UNREGISTER":
      await master.registrar.unregister(agent);
      break;
    default:
      throw new HttpError(400, `an agent cannot send ${(call as { type: string }).type}`);
  }
  return empty(202);
}

async function registerAgent(
  master: LeadingMaster,
  context: Context,
  principal: string | undefined,
  call: Register,
): Promise<undefined> {
  const { register: given } = call;
  if (!given) {
    throw new HttpError(400, "REGISTER needs 'register'");
  }
  const registration = { ...given, tasks: given.tasks ?? [], frameworks: given.frameworks ?? [] };
  refuseUnusable(registration);
  const streamId = randomUUID();
  let agent: Agent | undefined;
  const connect = (): Connection<MasterToAgent> => {
    const onClose = () => {
      if (agent) {
        master.agents.disconnect(agent, streamId);
      }
    };
    const stream = new RecordStream(context.response, onClose);
    return { streamId, send: (record) => stream.send(record), end: () => stream.end() };
  };
  agent = await master.registrar.register(registration, refusalOf(master, registration, principal), connect);
  if (agent && context.response.destroyed) {
    master.agents.disconnect(agent, streamId); // it hung up while the registry was written
  }
  if (agent) {
    master.maintenance.mark(agent);
    master.drains.continue(agent);
  }
}

/** Why an agent may not come, though it could be kept account of. */
function refusalOf(
  { acls, maintenance }: LeadingMaster,
  { agent_info, pid }: Register["register"],
  principal: string | undefined,
): string | undefined {
  if (!acls.allows("register_agents", principal)) {
    return `Agent with principal '${principal ?? ""}' is not authorized to register`;
  }
  return maintenance.isDown(agent_info.hostname, pid) ? "Machine is DOWN" : undefined;
}

/** @throws HttpError 400 for what could not be kept account of */
function refuseUnusable(registration: Register["register"]): void {
  const { agent_info, tasks, frameworks, pid, executors = [], checkpointed_resources } = registration;
  try {
    for (const { resources } of [agent_info, ...tasks, ...executors, { resources: checkpointed_resources }]) {
      Resources.of(resources);
    }
  } catch (error) {
    throw new HttpError(400, `the agent cannot be registered: ${(error as Error).message}`);
  }
  const ids = [
    agent_info.id,
    ...tasks.flatMap((task) => [task.task_id, task.framework_id]),
    ...frameworks.map(({ id }) => id),
  ];
  const bad = ids.map((each) => each && idProblem(each.value)).find((problem) => problem !== undefined);
  if (bad !== undefined) {
    throw new HttpError(400, `the agent cannot be registered: ${bad}`);
  }
  if (!/^[^@]+@[^:@]+:\d+$/.test(pid)) {
    throw new HttpError(400, `the agent cannot be registered: '${pid}' is not name@ip:port`);
  }
}
