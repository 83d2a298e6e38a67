import { type CallShapes, readCall, requireJsonAccepted } from "@drover/emulator/http/call";
import { boolean, id, message, number, required, string } from "@drover/emulator/http/message-shape";
import { generic } from "@drover/emulator/http/upstream-errors";
import { versionInfo } from "@drover/emulator/http/version";
import { HttpError, json, type Reply } from "@drover/lib/http/reply";
import type { Context } from "@drover/lib/http/router";
import { type AgentParts, attachedPaths } from "./agent-view";
import { nestedContainerViews, operatorContainerView, sampleContainers } from "./containers-view";
import { listFiles, readFile } from "./files";
import { metricsView } from "./metrics-view";
import { getExecutors, getFrameworks, getTasks } from "./operator-view";

const DEFAULT_LENGTH = -1;

/** The calls of upstream's agent; a handler only for what this agent does. */
const SHAPES: CallShapes = {
  GET_HEALTH: { body: null },
  GET_FLAGS: { body: null },
  GET_VERSION: { body: null },
  GET_METRICS: { body: { timeout: message({ nanoseconds: number }) } },
  GET_LOGGING_LEVEL: { body: null },
  SET_LOGGING_LEVEL: { body: { level: required(number), duration: message({ nanoseconds: number }) } },
  LIST_FILES: { body: { path: required(string) } },
  READ_FILE: { body: { path: required(string), offset: required(number), length: number } },
  GET_STATE: { body: null },
  GET_CONTAINERS: { body: { show_nested: boolean, show_standalone: boolean }, optional: true },
  GET_FRAMEWORKS: { body: null },
  GET_EXECUTORS: { body: null },
  GET_OPERATIONS: { body: null },
  GET_TASKS: { body: null },
  GET_AGENT: { body: null },
  GET_RESOURCE_PROVIDERS: { body: null },
  LAUNCH_NESTED_CONTAINER: { body: { container_id: id } },
  WAIT_NESTED_CONTAINER: { body: { container_id: id } },
  KILL_NESTED_CONTAINER: { body: { container_id: id } },
  REMOVE_NESTED_CONTAINER: { body: { container_id: id } },
  LAUNCH_NESTED_CONTAINER_SESSION: { body: { container_id: id } },
  ATTACH_CONTAINER_INPUT: { body: {} },
  ATTACH_CONTAINER_OUTPUT: { body: { container_id: id } },
  LAUNCH_CONTAINER: { body: { container_id: id } },
  WAIT_CONTAINER: { body: { container_id: id } },
  KILL_CONTAINER: { body: { container_id: id } },
  REMOVE_CONTAINER: { body: { container_id: id } },
  ADD_RESOURCE_PROVIDER_CONFIG: { body: {} },
  UPDATE_RESOURCE_PROVIDER_CONFIG: { body: {} },
  REMOVE_RESOURCE_PROVIDER_CONFIG: { body: {} },
  MARK_RESOURCE_PROVIDER_GONE: { body: {} },
  PRUNE_IMAGES: { body: {}, optional: true },
};

type Answer = (api: AgentParts, body: Record<string, unknown>) => unknown;

const ANSWERS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ["GET_HEALTH", () => ({ healthy: true })],
  ["GET_FLAGS", ({ flags }) => ({ flags: Object.entries(flags).map(([name, value]) => ({ name, value })) })],
  ["GET_VERSION", () => ({ version_info: versionInfo() })],
  ["GET_METRICS", (api) => ({ metrics: metrics(api) })],
  ["GET_LOGGING_LEVEL", () => ({ level: 0 })],
  ["LIST_FILES", (api, { path }) => listFiles(String(path), attachedPaths(api))],
  ["READ_FILE", readFileCall],
  ["GET_STATE", getState],
  ["GET_CONTAINERS", getContainers],
  ["GET_FRAMEWORKS", ({ agent }) => getFrameworks(agent.tasks)],
  ["GET_EXECUTORS", ({ agent }) => getExecutors(agent.tasks)],
  ["GET_OPERATIONS", () => ({})],
  ["GET_TASKS", ({ agent }) => getTasks(agent.tasks, agent.id ?? "")],
  ["GET_AGENT", ({ agent }) => ({ agent_info: agent.info })],
  ["GET_RESOURCE_PROVIDERS", () => ({})],
]);

/** `POST /api/v1` @throws HttpError 4xx in upstream's words, 501 for calls that this agent does not have */
export async function answerCall(context: Context, api: AgentParts): Promise<Reply> {
  const call = await readCall(context, "agent::Call", SHAPES);
  const answer = ANSWERS.get(call.type);
  if (answer === undefined) {
    throw new HttpError(501, `${generic(501)} This agent has no ${call.type}.`);
  }
  requireJsonAccepted(context);
  const name = call.type.toLowerCase();
  const body = (call[name] ?? {}) as Record<string, unknown>;
  return json({ type: call.type, [name]: await answer(api, body) });
}

function metrics(api: AgentParts): { name: string; value: number }[] {
  return Object.entries(metricsView(api)).map(([name, value]) => ({ name, value }));
}

function getContainers({ agent }: AgentParts, { show_nested }: Record<string, unknown>): unknown {
  const nested = show_nested === true ? nestedContainerViews(agent.tasks) : [];
  return { containers: [...sampleContainers(agent.tasks).map(operatorContainerView), ...nested] };
}

function getState({ agent }: AgentParts): unknown {
  return {
    get_tasks: getTasks(agent.tasks, agent.id ?? ""),
    get_executors: getExecutors(agent.tasks),
    get_frameworks: getFrameworks(agent.tasks),
  };
}

function readFileCall(api: AgentParts, { path, offset, length = DEFAULT_LENGTH }: Record<string, unknown>): unknown {
  return readFile(String(path), attachedPaths(api), Number(offset), Number(length));
}
