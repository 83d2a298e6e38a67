import { type RecordForm, RecordStream } from "@drover/emulator/http/record-stream";
import { acceptedMediaType, isMediaType, messageReply } from "@drover/emulator/protocol/media-type";
import { empty, HttpError, type Reply } from "@drover/lib/http/reply";
import type { Context } from "@drover/lib/http/router";
import type { CommandInfo } from "@drover/lib/mesos/types";
import type { ContainerId, NestedContainers } from "../nested/nested-containers";

const HEARTBEAT_MS = 30_000;
const RECORDIO = "application/recordio";

interface NestedBody {
  container_id: ContainerId;
  command?: CommandInfo;
  signal?: number;
}

type Answer = (nested: NestedContainers, body: NestedBody, context: Context) => Promise<Reply | undefined>;

/** The calls about containers inside containers; those without NESTED in their names do the same to the same ones. */
export const NESTED_ANSWERS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ["LAUNCH_NESTED_CONTAINER", launch],
  ["LAUNCH_CONTAINER", launch],
  ["WAIT_NESTED_CONTAINER", (...call) => wait("WAIT_NESTED_CONTAINER", ...call)],
  ["WAIT_CONTAINER", (...call) => wait("WAIT_CONTAINER", ...call)],
  ["KILL_NESTED_CONTAINER", kill],
  ["KILL_CONTAINER", kill],
  ["REMOVE_NESTED_CONTAINER", remove],
  ["REMOVE_CONTAINER", remove],
  ["LAUNCH_NESTED_CONTAINER_SESSION", session],
]);

async function launch(nested: NestedContainers, { container_id, command }: NestedBody): Promise<Reply> {
  return empty(nested.launch(container_id, command) ? 200 : 202);
}

async function wait(type: string, nested: NestedContainers, { container_id }: NestedBody, context: Context) {
  const media = acceptedMediaType(context.request);
  const exit_status = await nested.wait(container_id);
  return messageReply(media, "AgentResponse", { type, [type.toLowerCase()]: { exit_status } });
}

async function kill(nested: NestedContainers, { container_id, signal }: NestedBody): Promise<Reply> {
  nested.kill(container_id, signal);
  return empty(200);
}

async function remove(nested: NestedContainers, { container_id }: NestedBody): Promise<Reply> {
  nested.remove(container_id);
  return empty(200);
}

/** The output as a stream of ProcessIO; the container ends with the connection. */
async function session(nested: NestedContainers, body: NestedBody, context: Context): Promise<undefined> {
  const { container_id, command } = body;
  const form = sessionForm(context);
  const early: object[] = [];
  let send = (record: object): void => {
    early.push(record);
  };
  const isNew = nested.launch(container_id, command, (type, data) =>
    send({ type: "DATA", data: { type, data: data.toString("base64") } }),
  );
  if (!isNew) {
    throw new HttpError(400, `Container ${container_id.value} already exists`);
  }
  const stream = new RecordStream(context.response, () => nested.killIfThere(container_id), form);
  send = (record) => stream.send(record);
  early.forEach(send);
  const interval = { nanoseconds: HEARTBEAT_MS * 1e6 };
  const heartbeat = { type: "CONTROL", control: { type: "HEARTBEAT", heartbeat: { interval } } };
  const beat = setInterval(() => stream.send(heartbeat), HEARTBEAT_MS);
  await nested.wait(container_id);
  clearInterval(beat);
  stream.end();
}

/** Streams have the media type of their messages, or say that they are streams and name it apart. */
function sessionForm(context: Context): RecordForm {
  const { headers } = context.request;
  if (headers.accept !== RECORDIO) {
    return { media: acceptedMediaType(context.request), message: "ProcessIO" };
  }
  const media = headers["message-accept"] ?? "application/json";
  if (typeof media !== "string" || !isMediaType(media)) {
    throw new HttpError(406, "Expecting 'Message-Accept' to allow application/json or application/x-protobuf");
  }
  return { media, message: "ProcessIO", contentType: RECORDIO, headers: { "Message-Content-Type": media } };
}
