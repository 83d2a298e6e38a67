import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { NotReady } from "../resources/resource";
import type { AutoNaming } from "../schema/auto-name";
import type { Failure } from "../schema/check";
import { canonical, type PropertyChange } from "../schema/diff";
import { providerInputs } from "../schema/provider";
import type { EngineLog } from "./engine-log";
import type { Provider, Subject } from "./provider";
import { checkConfig, parseConfig } from "./provider-config";
import { outputSecrets, secretsAfterRead } from "./secrets";
import { toStatus } from "./status";
import { decode, encode, type Path, type Values } from "./values";

/** The version of the official plugin that this one stands in for. */
const VERSION = "5.2.0";

const { DiffResponse, PropertyDiff } = proto;

/** The methods of Pulumi's `ResourceProvider` service. */
export function implementation(provider: Provider, log: EngineLog): UntypedServiceImplementation {
  return {
    handshake: unary((request: proto.ProviderHandshakeRequest) => {
      log.attach(request.getEngineAddress());
      const response = new proto.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    attach: unary((request: { getAddress(): string }) => {
      log.attach(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: unary(() => {
      const info = new PluginInfo();
      info.setVersion(VERSION);
      return info;
    }),
    getSchema: unary(() => {
      const response = new proto.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: "docker", version: VERSION }));
      return response;
    }),
    cancel: unary(() => {
      provider.cancel();
      return new Empty();
    }),

    checkConfig: unary((request: proto.CheckRequest) => {
      const { values, secrets } = decode(request.getNews());
      return checkResponse(values, secrets, checkConfig(values));
    }),
    // Another address is another way to the same objects, never a reason to replace them all.
    diffConfig: unary((request: proto.DiffRequest) => {
      const [olds, news] = [request.getOldInputs() ?? request.getOlds(), request.getNews()].map((struct) =>
        canonical(parseConfig(decode(struct).values) as Values, { kind: "object", properties: providerInputs }),
      );
      const response = new DiffResponse();
      response.setChanges(olds === news ? DiffResponse.DiffChanges.DIFF_NONE : DiffResponse.DiffChanges.DIFF_SOME);
      return response;
    }),
    configure: unary((request: proto.ConfigureRequest) => {
      provider.configure(decode(request.getArgs()).values);
      const response = new proto.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),

    check: unary(async (request: proto.CheckRequest) => {
      const { values, secrets } = decode(request.getNews());
      const seed = request.getRandomseed_asU8();
      const { inputs, failures } = await provider.check(
        subject(request),
        decode(request.getOlds()).values,
        values,
        seed,
        naming(request),
      );
      return checkResponse(inputs, secrets, failures);
    }),
    diff: unary((request: proto.DiffRequest) => {
      const olds = decode(request.getOldInputs() ?? request.getOlds()).values;
      const { changes, deleteBeforeReplace } = provider.diff(subject(request), olds, decode(request.getNews()).values);
      return diffResponse(changes, deleteBeforeReplace);
    }),
    create: unary(async (request: proto.CreateRequest) => {
      const { values, secrets } = decode(request.getProperties());
      const made = await keepSecrets(
        secrets,
        provider.create(subject(request), values, request.getPreview(), request.getTimeout()),
      );
      const response = new proto.CreateResponse();
      response.setId(made.id);
      response.setProperties(encode(made.outputs, outputSecrets(secrets)));
      return response;
    }),
    read: unary(async (request: proto.ReadRequest) => {
      const inputs = decode(request.getInputs());
      const previous = decode(request.getProperties());
      const state = await provider.read(subject(request), request.getId(), inputs.values, previous.values);
      const response = new proto.ReadResponse();
      if (state === undefined) return response;
      response.setId(state.id);
      const secrets = secretsAfterRead(inputs.secrets, inputs.values, state.inputs);
      response.setInputs(encode(state.inputs, secrets));
      response.setProperties(encode(state.outputs, outputSecrets(secrets)));
      return response;
    }),
    update: unary(async (request: proto.UpdateRequest) => {
      const { values, secrets } = decode(request.getNews());
      const olds = decode(request.getOlds()).values;
      const updated = provider.update(
        subject(request),
        request.getId(),
        olds,
        values,
        request.getPreview(),
        request.getTimeout(),
      );
      const response = new proto.UpdateResponse();
      response.setProperties(encode(await keepSecrets(secrets, updated), outputSecrets(secrets)));
      return response;
    }),
    delete: unary(async (request: proto.DeleteRequest) => {
      await provider.delete(
        subject(request),
        request.getId(),
        decode(request.getProperties()).values,
        request.getTimeout(),
      );
      return new Empty();
    }),
    invoke: unary((request: proto.InvokeRequest) => {
      const message = `function ${request.getTok()} is not supported by Drover's stand-in for the docker plugin, which has resources only`;
      throw Object.assign(new Error(message), { code: status.UNIMPLEMENTED });
    }),
  };
}

/** An error that carries a state, and the paths of the secrets in it. */
class Failed extends Error {
  constructor(
    readonly error: unknown,
    readonly secrets: readonly Path[],
  ) {
    super();
  }
}

async function keepSecrets<T>(secrets: readonly Path[], work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof NotReady ? new Failed(error, outputSecrets(secrets)) : error;
  }
}

function unary<Request, Response>(handle: (request: Request) => Response | Promise<Response>) {
  return async (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): Promise<void> => {
    try {
      callback(null, await handle(call.request));
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === status.UNIMPLEMENTED) callback({ code, details: (error as Error).message });
      else callback(error instanceof Failed ? toStatus(error.error, error.secrets) : toStatus(error, []));
    }
  };
}

function subject(request: { getUrn(): string; getType(): string; getName(): string }): Subject {
  return { urn: request.getUrn(), type: request.getType(), name: request.getName() };
}

function naming(request: proto.CheckRequest): AutoNaming | undefined {
  const options = request.getAutonaming();
  if (options === undefined) return undefined;
  const modes = ["propose", "enforce", "disable"] as const;
  return { mode: modes[options.getMode()] ?? "propose", proposed: options.getProposedName() };
}

function checkResponse(inputs: Values, secrets: readonly Path[], failures: Failure[]): proto.CheckResponse {
  const response = new proto.CheckResponse();
  response.setInputs(encode(inputs, secrets));
  for (const { property, reason } of failures) {
    const failure = new proto.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    response.addFailures(failure);
  }
  return response;
}

const KINDS = {
  add: [PropertyDiff.Kind.ADD, PropertyDiff.Kind.ADD_REPLACE],
  delete: [PropertyDiff.Kind.DELETE, PropertyDiff.Kind.DELETE_REPLACE],
  update: [PropertyDiff.Kind.UPDATE, PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

function diffResponse(changes: PropertyChange[], deleteBeforeReplace: boolean): proto.DiffResponse {
  const response = new DiffResponse();
  response.setChanges(changes.length === 0 ? DiffResponse.DiffChanges.DIFF_NONE : DiffResponse.DiffChanges.DIFF_SOME);
  response.setDiffsList(changes.map(({ name }) => name));
  response.setReplacesList(changes.filter(({ replace }) => replace).map(({ name }) => name));
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  for (const { name, kind, replace } of changes) {
    const property = new PropertyDiff();
    property.setKind(KINDS[kind][replace ? 1 : 0]);
    property.setInputdiff(true);
    response.getDetaileddiffMap().set(name, property);
  }
  return response;
}
