import { RecordStream } from "@drover/emulator/http/record-stream";
import { type CallForm, invalid, readCall } from "@drover/emulator/protocol/call";
import { acceptedMediaType } from "@drover/emulator/protocol/media-type";
import { empty, HttpError, type Reply } from "@drover/lib/http/reply";
import type { Context } from "@drover/lib/http/router";
import type { Call, Event, FrameworkInfo } from "@drover/lib/mesos/types";
import { constraintsProblem } from "../allocation/offer-constraints";
import { newStreamId } from "../frameworks/frameworks";
import type { LeadingMaster } from "../leadership/leading-master";
import { type Framework, rolesOf } from "../model";
import { frameworkProblem, mayRegister } from "../validation/framework-validation";

const NAME = "scheduler::Call";
const FORM: CallForm = {
  message: "SchedulerCall",
  name: NAME,
  types: new Set(
    (
      "SUBSCRIBE TEARDOWN ACCEPT DECLINE REVIVE KILL SHUTDOWN ACKNOWLEDGE RECONCILE MESSAGE REQUEST SUPPRESS " +
      "ACCEPT_INVERSE_OFFERS DECLINE_INVERSE_OFFERS ACKNOWLEDGE_OPERATION_STATUS RECONCILE_OPERATIONS UPDATE_FRAMEWORK"
    ).split(" "),
  ),
  optionalBodies: new Set(["REVIVE", "SUPPRESS"]),
};
const STREAM_ID = "Mesos-Stream-Id";
const UUID_BYTES = 16;

/**
 * `POST /api/v1/scheduler`.
 * @param principal who has proved to be calling; undefined without authentication
 */
export async function schedulerApi(
  master: LeadingMaster,
  context: Context,
  principal: string | undefined,
): Promise<Reply | undefined> {
  const call = (await readCall(context, FORM)).call as unknown as Call;
  const streamId = context.request.headers[STREAM_ID.toLowerCase()];
  validate(call);
  if (call.type === "SUBSCRIBE") {
    return subscribe(master, context, call, principal, streamId !== undefined);
  }
  const framework = findFramework(master, call, principal);
  if (typeof streamId !== "string") {
    throw new HttpError(400, `All non-subscribe calls should include the '${STREAM_ID}' header`);
  }
  if (streamId !== framework.connection?.streamId) {
    const associated = `the stream ID currently associated with framework ID ${framework.id}`;
    throw new HttpError(400, `The stream ID '${streamId}' included in this request didn't match ${associated}`);
  }
  master.calls.handle(framework, call);
  return empty(call.type === "UPDATE_FRAMEWORK" ? 200 : 202);
}

/** The rules that need nothing but the call itself. */
function validate(call: Call): void {
  if (call.type === "SUBSCRIBE") {
    if (call.framework_id?.value !== call.subscribe.framework_info.id?.value) {
      throw invalid(NAME, "'framework_id' differs from 'subscribe.framework_info.id'");
    }
  } else if (!call.framework_id) {
    throw invalid(NAME, "Expecting 'framework_id' to be present");
  }
  const uuid = uuidOf(call);
  if (uuid !== undefined && Buffer.from(uuid, "base64").length !== UUID_BYTES) {
    throw invalid(NAME, "Not a valid UUID");
  }
}

function uuidOf(call: Call): string | undefined {
  if (call.type === "ACKNOWLEDGE") {
    return call.acknowledge.uuid;
  }
  return call.type === "ACKNOWLEDGE_OPERATION_STATUS" ? call.acknowledge_operation_status.uuid : undefined;
}

function findFramework(master: LeadingMaster, call: Call, principal: string | undefined): Framework {
  const framework = master.cluster.frameworks.get(call.framework_id?.value ?? "");
  if (!framework) {
    throw new HttpError(400, "Framework cannot be found");
  }
  if (principal !== undefined && framework.info.principal !== principal) {
    throw new HttpError(400, principalDiffers(principal, framework.info));
  }
  if (!framework.connection) {
    throw new HttpError(403, "Framework is not subscribed");
  }
  return framework;
}

function subscribe(
  master: LeadingMaster,
  context: Context,
  call: Extract<Call, { type: "SUBSCRIBE" }>,
  principal: string | undefined,
  hasStreamId: boolean,
): undefined {
  const { framework_info, suppressed_roles = [], offer_constraints } = call.subscribe;
  if (principal !== undefined && (framework_info.principal ?? principal) !== principal) {
    throw invalid(NAME, principalDiffers(principal, framework_info));
  }
  const media = acceptedMediaType(context.request);
  if (hasStreamId) {
    throw new HttpError(400, `Subscribe calls should not include the '${STREAM_ID}' header`);
  }
  const info = principal === undefined ? framework_info : { ...framework_info, principal };
  const streamId = newStreamId();
  let framework: Framework | undefined;
  const onClose = () => {
    if (framework) {
      master.frameworks.disconnect(framework, streamId);
    }
  };
  const headers = { [STREAM_ID]: streamId };
  const stream = new RecordStream(context.response, onClose, { media, message: "SchedulerEvent", headers });
  const problem =
    subscriptionProblem(master, info, suppressed_roles) ?? constraintsProblem(offer_constraints, rolesOf(info));
  if (problem !== undefined) {
    stream.send({ type: "ERROR", error: { message: problem } } satisfies Event);
    stream.end();
    return;
  }
  const connection = { streamId, send: (event: Event) => stream.send(event), end: () => stream.end() };
  framework = master.frameworks.subscribe(info, suppressed_roles, offer_constraints, connection);
}

/** What makes the master refuse a framework on its stream. */
function subscriptionProblem(
  master: LeadingMaster,
  info: FrameworkInfo,
  suppressedRoles: string[],
): string | undefined {
  if (info.id && master.cluster.removedFrameworkIds.has(info.id.value)) {
    return "Framework has been removed";
  }
  const known = info.id && master.cluster.frameworks.get(info.id.value);
  if (known && !known.recovered && known.info.principal !== info.principal) {
    return `Framework ${known.id} belongs to another principal`;
  }
  const problem = frameworkProblem(info, suppressedRoles, master.flags.root_submissions);
  // Two spaces: upstream names the framework's id there, and a new one has none yet.
  return problem === undefined && !mayRegister(master.acls, info)
    ? `Not authorized to register framework ${info.id?.value ?? ""} with roles { ${rolesOf(info).join(", ")} }`
    : problem;
}

function principalDiffers(principal: string, info: FrameworkInfo): string {
  return `Authenticated principal '${principal}' does not match principal '${info.principal ?? ""}' set in \`FrameworkInfo\``;
}
