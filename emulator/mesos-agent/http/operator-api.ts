import { generic } from "@drover/emulator/http/upstream-errors";
import { versionInfo } from "@drover/emulator/http/version";
import { type CallForm, readCall } from "@drover/emulator/protocol/call";
import { acceptedMediaType, messageReply } from "@drover/emulator/protocol/media-type";
import { enums } from "@drover/emulator/protocol/schema";
import { HttpError, type Reply } from "@drover/lib/http/reply";
import type { Context } from "@drover/lib/http/router";
import { type AgentParts, attachedPaths } from "./agent-view";
import { nestedContainerViews, operatorContainerView, sampleContainers } from "./containers-view";
import { listFiles, readFile } from "./files";
import { metricsView } from "./metrics-view";
import { getExecutors, getFrameworks, getTasks } from "./operator-view";

const DEFAULT_LENGTH = -1;

const FORM: CallForm = {
  message: "AgentOperatorCall",
  name: "agent::Call",
  types: new Set([...(enums.get("AgentCallType")?.keys() ?? [])].filter((type) => type !== "UNKNOWN")),
  optionalBodies: new Set(["GET_CONTAINERS", "PRUNE_IMAGES"]),
};

type Answer = (parts: AgentParts, body: Record<string, unknown>) => unknown;

const ANSWERS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ["GET_HEALTH", () => ({ healthy: true })],
  ["GET_FLAGS", ({ flags }) => ({ flags: Object.entries(flags).map(([name, value]) => ({ name, value })) })],
  ["GET_VERSION", () => ({ version_info: versionInfo() })],
  ["GET_METRICS", (parts) => ({ metrics: metrics(parts) })],
  ["GET_LOGGING_LEVEL", () => ({ level: 0 })],
  ["LIST_FILES", (parts, { path }) => listFiles(String(path), attachedPaths(parts))],
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
export async function answerCall(context: Context, parts: AgentParts): Promise<Reply> {
  const { call } = await readCall(context, FORM);
  const media = acceptedMediaType(context.request);
  const answer = ANSWERS.get(call.type);
  if (answer === undefined) {
    throw new HttpError(501, `${generic(501)} This agent has no ${call.type}.`);
  }
  const name = call.type.toLowerCase();
  const body = (call[name] ?? {}) as Record<string, unknown>;
  return messageReply(media, "AgentResponse", { type: call.type, [name]: await answer(parts, body) });
}

function metrics(parts: AgentParts): { name: string; value: number }[] {
  return Object.entries(metricsView(parts)).map(([name, value]) => ({ name, value }));
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

function readFileCall(parts: AgentParts, { path, offset, length = DEFAULT_LENGTH }: Record<string, unknown>): unknown {
  return readFile(String(path), attachedPaths(parts), Number(offset), Number(length));
}
