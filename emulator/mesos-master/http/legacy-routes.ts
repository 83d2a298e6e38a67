import { jsonp } from "@drover/emulator/http/jsonp";
import { MessageError, readMessage } from "@drover/emulator/protocol/json-message";
import { empty, HttpError, type Reply } from "@drover/lib/http/reply";
import type { Context } from "@drover/lib/http/router";
import type { Realm } from "../access/authentication";
import type { Permissions } from "../access/permissions";
import type { MachineId, MaintenanceSchedule } from "../agents/machines";
import type { WeightInfo } from "../allocation/weights";
import { type QuotaRequest, removeQuota, setQuota } from "../calls/operator-change-calls";
import {
  changeResources,
  resourcesIn,
  startMaintenance,
  stopMaintenance,
  teardown,
  updateSchedule,
  updateWeights,
} from "../calls/operator-changes";
import type { LeadingMaster } from "../leadership/leading-master";
import type { ResourceOperation } from "../resources/resource-operations";
import { quotaStatus, weightsSeen } from "./operator-api";

export type LeaderHandler = (
  master: LeadingMaster,
  context: Context,
  may: Permissions,
) => Reply | undefined | Promise<Reply | undefined>;

interface LegacyRoute {
  methods: string[];
  realm: Realm;
  handle: LeaderHandler;
}

const READWRITE = "mesos-master-readwrite";

/** The endpoints besides the views that change something, older than the operator API and in use still. */
export const legacyRoutes: [string, LegacyRoute][] = [
  [
    "/teardown",
    post(async (master, context, may) => {
      const form = await formOf(context);
      const id = form.get("frameworkId");
      if (id === null) {
        throw new HttpError(400, "Missing 'frameworkId' query parameter in the request body");
      }
      teardown(master, may, id);
      return empty(200);
    }),
  ],
  ["/reserve", operation("resources", (resources) => ({ type: "RESERVE", reserve: { resources } }))],
  ["/unreserve", operation("resources", (resources) => ({ type: "UNRESERVE", unreserve: { resources } }))],
  ["/create-volumes", operation("volumes", (volumes) => ({ type: "CREATE", create: { volumes } }))],
  ["/destroy-volumes", operation("volumes", (volumes) => ({ type: "DESTROY", destroy: { volumes } }))],
  [
    "/machine/down",
    post(async (master, context, may) => {
      await startMaintenance(master, may, await machinesOf(context));
      return empty(200);
    }),
  ],
  [
    "/machine/up",
    post(async (master, context, may) => {
      await stopMaintenance(master, may, await machinesOf(context));
      return empty(200);
    }),
  ],
  [
    "/maintenance/schedule",
    {
      methods: ["GET", "HEAD", "POST"],
      realm: READWRITE,
      handle: async (master, context, may) => {
        if (context.method !== "POST") {
          return jsonp(context, master.maintenance.schedule(may.maySeeMachine("get_maintenance_schedules")));
        }
        const schedule = message("MaintenanceSchedule", await jsonOf(context)) as unknown as MaintenanceSchedule;
        await updateSchedule(master, may, schedule);
        return empty(200);
      },
    },
  ],
  [
    "/weights",
    {
      methods: ["GET", "HEAD", "PUT"],
      realm: READWRITE,
      handle: async (master, context, may) => {
        if (context.method !== "PUT") {
          return jsonp(context, weightsSeen(master, may));
        }
        const weight_infos = await jsonOf(context);
        const { weight_infos: infos = [] } = message("Weights", { weight_infos }) as { weight_infos?: WeightInfo[] };
        await updateWeights(master, may, infos);
        return empty(200);
      },
    },
  ],
  [
    "/quota",
    {
      methods: ["GET", "HEAD", "POST"],
      realm: READWRITE,
      handle: async (master, context, may) => {
        if (context.method !== "POST") {
          return jsonp(context, quotaStatus(master, may));
        }
        await setQuota(master, may, message("QuotaRequest", await jsonOf(context)) as QuotaRequest);
        return empty(200);
      },
    },
  ],
  [
    "/quota/:role",
    {
      methods: ["DELETE"],
      realm: READWRITE,
      handle: async (master, context, may) => {
        await removeQuota(master, may, context.params.role ?? "");
        return empty(200);
      },
    },
  ],
];

function post(handle: LeaderHandler): LegacyRoute {
  return { methods: ["POST"], realm: READWRITE, handle };
}

function operation(field: string, make: (list: ReturnType<typeof resourcesIn>) => ResourceOperation): LegacyRoute {
  return post(async (master, context, may) => {
    const form = await formOf(context);
    const agentId = form.get("slaveId");
    if (agentId === null) {
      throw new HttpError(400, "Missing 'slaveId' query parameter in the request body");
    }
    const list = resourcesIn(form, field).map((each) => message("Resource", each) as never);
    changeResources(master, may, agentId, make(list));
    return empty(202);
  });
}

async function formOf(context: Context): Promise<URLSearchParams> {
  return new URLSearchParams((await context.body()).toString());
}

async function machinesOf(context: Context): Promise<MachineId[]> {
  const machines = await jsonOf(context);
  return (message("Machines", { machines }) as { machines?: MachineId[] }).machines ?? [];
}

async function jsonOf(context: Context): Promise<unknown> {
  try {
    return JSON.parse((await context.body()).toString("utf8"));
  } catch (error) {
    throw error instanceof HttpError
      ? error
      : new HttpError(400, "Failed to parse body into JSON: syntax error at line 1 near: ");
  }
}

function message(type: string, value: unknown): Record<string, unknown> {
  try {
    return readMessage(type, value);
  } catch (error) {
    throw error instanceof MessageError
      ? new HttpError(400, `Failed to convert JSON into protobuf: ${error.message}`)
      : error;
  }
}
