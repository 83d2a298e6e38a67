import { versionInfo } from "@drover/emulator/http/version";
import { type CallForm, readCall } from "@drover/emulator/protocol/call";
import { acceptedMediaType, messageReply } from "@drover/emulator/protocol/media-type";
import { enums } from "@drover/emulator/protocol/schema";
import { empty, HttpError, type Reply } from "@drover/lib/http/reply";
import type { Context } from "@drover/lib/http/router";
import { MAX_TIMER_MS } from "@drover/lib/long-timer";
import { type AgentParts, attachedPaths } from "./agent-view";
import { nestedContainerViews, operatorContainerView, sampleContainers } from "./containers-view";
import { listFiles, readFile } from "./files";
import { metricsView } from "./metrics-view";
import { NESTED_ANSWERS } from "./nested-api";
import { getExecutors, getFrameworks, getTasks } from "./operator-view";

const DEFAULT_LENGTH = -1;
/** Of glog's verbose levels, as libprocess uses them. */
const MAX_LEVEL = 3;

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
  ["GET_LOGGING_LEVEL", ({ logging }) => ({ level: logging.level })],
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

const NO_PROVIDERS = "`--resource_provider_config_dir` must be specified";

/** What this agent has not, in the words of an upstream agent that was not given it. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ["ADD_RESOURCE_PROVIDER_CONFIG", NO_PROVIDERS],
  ["UPDATE_RESOURCE_PROVIDER_CONFIG", NO_PROVIDERS],
  ["REMOVE_RESOURCE_PROVIDER_CONFIG", NO_PROVIDERS],
  ["MARK_RESOURCE_PROVIDER_GONE", "Unknown resource provider"],
  ["ATTACH_CONTAINER_INPUT", "The I/O switchboard server was disabled for this container"],
  ["ATTACH_CONTAINER_OUTPUT", "The I/O switchboard server was disabled for this container"],
  ["PRUNE_IMAGES", "This agent has no image store: Docker keeps its images"],
]);

interface SetLoggingLevel {
  level: number;
  duration: { nanoseconds: number };
}

/** `POST /api/v1` @throws HttpError 4xx in upstream's words */
export async function answerCall(context: Context, parts: AgentParts): Promise<Reply | undefined> {
  const { call } = await readCall(context, FORM);
  const name = call.type.toLowerCase();
  const body = (call[name] ?? {}) as Record<string, unknown>;
  const onContainer = NESTED_ANSWERS.get(call.type);
  if (onContainer !== undefined) {
    return onContainer(parts.nested, body as unknown as Parameters<typeof onContainer>[1], context);
  }
  if (call.type === "SET_LOGGING_LEVEL") {
    return setLoggingLevel(parts, body as unknown as SetLoggingLevel);
  }
  const media = acceptedMediaType(context.request);
  const answer = ANSWERS.get(call.type);
  if (answer === undefined) {
    throw new HttpError(400, REFUSED.get(call.type) ?? `This agent has no ${call.type}`);
  }
  return messageReply(media, "AgentResponse", { type: call.type, [name]: await answer(parts, body) });
}

function setLoggingLevel({ logging }: AgentParts, { level, duration }: SetLoggingLevel): Reply {
  if (level > MAX_LEVEL || !(duration.nanoseconds > 0)) {
    throw new HttpError(400, `The level must be at most ${MAX_LEVEL}, for a duration above 0`);
  }
  logging.set(level, Math.min(duration.nanoseconds / 1e6, MAX_TIMER_MS));
  return empty(200);
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
