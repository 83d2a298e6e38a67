import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { EngineLog } from "./engine-log";
import { Provider } from "./provider";
import { implementation } from "./rpc";

/** Pulumi's engine sends and takes messages of up to this size, in bytes. */
const MAX_MESSAGE = 400 * 1024 * 1024;

/** A plugin that listens. */
export interface RunningPlugin {
  port: number;
  /** Interrupts what is under way and ends all connections. */
  stop(): void;
}

/** Serves the plugin on a free port of 127.0.0.1. Messages go to the engine at `engineAddress`, or nowhere without one. */
export async function startPlugin(engineAddress: string | undefined): Promise<RunningPlugin> {
  const log = new EngineLog(engineAddress);
  const provider = new Provider(log);
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE,
    "grpc.max_send_message_length": MAX_MESSAGE,
  });
  server.addService(ResourceProviderService, implementation(provider, log));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(new Error(`cannot listen on 127.0.0.1: ${error.message}`));
    });
  });
  const stop = () => {
    provider.cancel();
    provider.close();
    server.forceShutdown();
  };
  return { port, stop };
}
