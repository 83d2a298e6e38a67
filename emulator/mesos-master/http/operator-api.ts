import { randomUUID } from "node:crypto";
import { RecordStream } from "@drover/emulator/http/record-stream";
import { versionInfo } from "@drover/emulator/http/version";
import { listFiles, readFile } from "@drover/emulator/mesos-agent/http/files";
import { type CallForm, readCall } from "@drover/emulator/protocol/call";
import { acceptedMediaType, type MediaType, messageReply } from "@drover/emulator/protocol/media-type";
import { enums } from "@drover/emulator/protocol/schema";
import { empty, type Reply } from "@drover/lib/http/reply";
import type { Context } from "@drover/lib/http/router";
import type { Permissions } from "../access/permissions";
import type { WeightInfo } from "../allocation/weights";
import { change, type OperatorChange } from "../calls/operator-change-calls";
import type { LeadingMaster } from "../leadership/leading-master";
import type { MasterProcess } from "../master-process";
import { metricsView } from "../views/metrics-view";
import { getAgents, getExecutors, getFrameworks, getOperations, getState, getTasks } from "../views/operator-view";
import { rolesIn } from "../views/role-view";

const FORM: CallForm = {
  message: "MasterCall",
  name: "master::Call",
  types: new Set([...(enums.get("MasterCallType")?.keys() ?? [])]),
  optionalBodies: new Set(),
};

/** As many bytes as upstream gives at once, when no length is asked: the rest of the file. */
const WHOLE_FILE = -1;

type OperatorCall = OperatorChange &
  Partial<{
    list_files: { path: string };
    read_file: { path: string; offset: number; length?: number };
    set_logging_level: { level: number; duration: { nanoseconds: number } };
  }>;

/** `POST /api/v1` */
export async function operatorApi(
  process: MasterProcess,
  master: LeadingMaster,
  context: Context,
  may: Permissions,
): Promise<Reply | undefined> {
  const call = (await readCall(context, FORM)).call as unknown as OperatorCall;
  const media = acceptedMediaType(context.request);
  if (call.type === "SUBSCRIBE") {
    return subscribe(master, context, may, media);
  }
  const body = await answer(process, master, call, may);
  if (body !== undefined) {
    return messageReply(media, "MasterResponse", { type: call.type, [call.type.toLowerCase()]: body });
  }
  return empty(await change(master, may, call));
}

function subscribe(master: LeadingMaster, context: Context, may: Permissions, media: MediaType): undefined {
  let close = () => {};
  const stream = new RecordStream(context.response, () => close(), { media, message: "MasterEvent" });
  const connection = {
    streamId: randomUUID(),
    send: (event: object) => stream.send(event),
    end: () => stream.end(),
  };
  close = master.leadership.watchers.add(connection, may.maySee, getState(master.cluster, may.maySee));
}

/** The body of the answer; undefined for calls that change something. */
async function answer(
  process: MasterProcess,
  master: LeadingMaster,
  call: OperatorCall,
  may: Permissions,
): Promise<object | undefined> {
  const { cluster } = master;
  switch (call.type) {
    case "GET_HEALTH":
      return { healthy: true };
    case "GET_VERSION":
      return { version_info: versionInfo() };
    case "GET_FLAGS":
      may.require("view_flags", undefined);
      return { flags: pairs(process.flagTexts) };
    case "GET_MASTER":
      return {
        master_info: master.leadership.info,
        start_time: process.startSeconds,
        elected_time: master.electedSeconds,
      };
    case "GET_METRICS":
      return { metrics: pairs(metricsView(master, process.startSeconds)) };
    case "GET_LOGGING_LEVEL":
      return { level: process.logging.level };
    case "GET_STATE":
      return getState(cluster, may.maySee);
    case "GET_AGENTS":
      return getAgents(cluster);
    case "GET_FRAMEWORKS":
      return getFrameworks(cluster, may.maySee);
    case "GET_EXECUTORS":
      return getExecutors(cluster, may.maySee);
    case "GET_OPERATIONS":
      return getOperations(master.operations.pending);
    case "GET_TASKS":
      return getTasks(cluster, may.maySee);
    case "GET_ROLES":
      return { roles: rolesIn(master, may).map((role) => roleMessage(role, master.weights.of(role.name))) };
    case "GET_WEIGHTS":
      return { weight_infos: weightsSeen(master, may) };
    case "GET_QUOTA":
      return { status: quotaStatus(master, may) };
    case "GET_MAINTENANCE_STATUS":
      return { status: master.maintenance.status(may.maySeeMachine("get_maintenance_statuses")) };
    case "GET_MAINTENANCE_SCHEDULE":
      return { schedule: master.maintenance.schedule(may.maySeeMachine("get_maintenance_schedules")) };
    case "LIST_FILES":
      may.require("access_mesos_logs", undefined);
      return listFiles(call.list_files?.path ?? "", process.attachedFiles);
    case "READ_FILE": {
      may.require("access_mesos_logs", undefined);
      const { path, offset, length = WHOLE_FILE } = call.read_file ?? { path: "", offset: 0 };
      return readFile(path, process.attachedFiles, offset, length);
    }
    case "SET_LOGGING_LEVEL": {
      const { level, duration } = call.set_logging_level ?? { level: 0, duration: { nanoseconds: 0 } };
      may.require("set_log_level", undefined);
      process.logging.set(level, duration.nanoseconds / 1e6);
      return undefined;
    }
    default:
      return undefined;
  }
}

/** The weights of the roles that may be seen. */
export function weightsSeen({ weights }: LeadingMaster, may: Permissions): WeightInfo[] {
  return weights.all().filter(({ role }) => may.allows("view_roles", role));
}

/** The form of `/quota` and GET_QUOTA. */
export function quotaStatus({ quotas }: LeadingMaster, may: Permissions): object {
  const configs = quotas.all().filter(({ role }) => may.allows("get_quotas", role));
  return configs.length === 0 ? {} : { infos: configs.map(({ role }) => ({ role })), configs };
}

function roleMessage({ name, frameworks, used, offered }: ReturnType<typeof rolesIn>[number], weight: number): object {
  const resources = used.plus(offered).scalarsOnly().toList({ spelling: "refined" });
  return {
    name,
    weight,
    ...(frameworks.length > 0 ? { frameworks: frameworks.map((framework) => ({ value: framework.id })) } : {}),
    ...(resources.length > 0 ? { resources } : {}),
  };
}

function pairs<Value>(values: Record<string, Value>): { name: string; value: Value }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
