import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { startPlugin } from "../server/start";
import { decode, encode, type Path, type Values } from "../server/values";

/** Inputs of a test: what a program would write. */
export type Inputs = { [name: string]: unknown };

/** A resource that the plugin has made. */
export interface Made {
  type: string;
  name: string;
  id: string;
  inputs: Values;
  outputs: Values;
  /** Where outputs of the create were secret. */
  secrets?: Path[];
}

/** The plugin as Pulumi's engine sees it: every call goes over gRPC. */
export class TestPlugin {
  private constructor(
    private readonly client: ResourceProviderClient,
    readonly stop: () => void,
  ) {}

  static async start(config: Inputs = {}, engineAddress?: string): Promise<TestPlugin> {
    const running = await startPlugin(engineAddress);
    const client = new ResourceProviderClient(`127.0.0.1:${running.port}`, credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
    });
    const plugin = new TestPlugin(client, () => {
      client.close();
      running.stop();
    });
    const request = new proto.ConfigureRequest();
    request.setArgs(encode(config, []));
    await plugin.call<proto.ConfigureRequest, proto.ConfigureResponse>("configure", request);
    return plugin;
  }

  /** The completed inputs; throws the failures where there are any. */
  async check(type: string, name: string, inputs: Inputs, olds: Values = {}, secrets: Path[] = []): Promise<Values> {
    const request = new proto.CheckRequest();
    this.about(request, type, name);
    request.setOlds(encode(olds, []));
    request.setNews(encode(inputs, secrets));
    const response = await this.call<proto.CheckRequest, proto.CheckResponse>("check", request);
    const failures = response.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
    if (failures.length > 0) throw new Error(failures.join("\n"));
    return decode(response.getInputs()).values;
  }

  /** What a change of inputs does, property by property. */
  async diff(
    made: Made,
    inputs: Inputs,
  ): Promise<{ updates: string[]; replaces: string[]; deleteBeforeReplace: boolean }> {
    const request = new proto.DiffRequest();
    this.about(request, made.type, made.name);
    request.setId(made.id);
    request.setOlds(encode(made.outputs, []));
    request.setOldInputs(encode(made.inputs, []));
    request.setNews(encode(await this.check(made.type, made.name, inputs, made.inputs), []));
    const response = await this.call<proto.DiffRequest, proto.DiffResponse>("diff", request);
    const replaces = response.getReplacesList();
    return {
      updates: response.getDiffsList().filter((name) => !replaces.includes(name)),
      replaces,
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  /** Check and create, as for a resource that is new. */
  async create(
    type: string,
    name: string,
    inputs: Inputs,
    options: { preview?: boolean; secrets?: Path[] } = {},
  ): Promise<Made> {
    const checked = await this.check(type, name, inputs);
    const request = new proto.CreateRequest();
    this.about(request, type, name);
    request.setProperties(encode(checked, options.secrets ?? []));
    request.setPreview(options.preview ?? false);
    const response = await this.call<proto.CreateRequest, proto.CreateResponse>("create", request);
    const { values: outputs, secrets } = decode(response.getProperties());
    return { type, name, id: response.getId(), inputs: checked, outputs, secrets };
  }

  /** What is there now, or undefined when it is gone. */
  async read(made: Made): Promise<Made | undefined> {
    const request = new proto.ReadRequest();
    this.about(request, made.type, made.name);
    request.setId(made.id);
    request.setInputs(encode(made.inputs, []));
    request.setProperties(encode(made.outputs, []));
    const response = await this.call<proto.ReadRequest, proto.ReadResponse>("read", request);
    if (response.getId() === "") return undefined;
    const [inputs, outputs] = [decode(response.getInputs()).values, decode(response.getProperties()).values];
    return { ...made, id: response.getId(), inputs, outputs };
  }

  async update(made: Made, inputs: Inputs): Promise<Made> {
    const checked = await this.check(made.type, made.name, inputs, made.inputs);
    const request = new proto.UpdateRequest();
    this.about(request, made.type, made.name);
    request.setId(made.id);
    request.setOlds(encode(made.outputs, []));
    request.setOldInputs(encode(made.inputs, []));
    request.setNews(encode(checked, []));
    const response = await this.call<proto.UpdateRequest, proto.UpdateResponse>("update", request);
    return { ...made, inputs: checked, outputs: decode(response.getProperties()).values };
  }

  async delete(made: Made): Promise<void> {
    const request = new proto.DeleteRequest();
    this.about(request, made.type, made.name);
    request.setId(made.id);
    request.setProperties(encode(made.outputs, []));
    await this.call("delete", request);
  }

  /** Any other call, with its own messages. */
  call<Request, Response>(method: keyof ResourceProviderClient, request: Request): Promise<Response> {
    const unary = this.client[method] as unknown as (
      request: Request,
      callback: (error: Error | null, response: Response) => void,
    ) => void;
    return promisify(unary.bind(this.client))(request);
  }

  private about(
    request: { setUrn(urn: string): void; setType(type: string): void; setName(name: string): void },
    type: string,
    name: string,
  ): void {
    request.setUrn(`urn:pulumi:test::docker-plugin::${type}::${name}`);
    request.setType(type);
    request.setName(name);
  }
}
