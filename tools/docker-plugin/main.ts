import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { EngineLog } from "./server/engine-log";
import { Provider } from "./server/provider";
import { implementation } from "./server/rpc";

/** Pulumi's engine sends and takes messages of up to this size, in bytes. */
const MAX_MESSAGE = 400 * 1024 * 1024;

/** Pulumi starts the plugin with the address of its engine and reads the port of the plugin's service from stdout. */
function main(engineAddress: string | undefined): void {
  const log = new EngineLog(engineAddress);
  const provider = new Provider(log);
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE,
    "grpc.max_send_message_length": MAX_MESSAGE,
  });
  server.addService(ResourceProviderService, implementation(provider, log));
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) {
      process.stderr.write(`cannot listen on 127.0.0.1: ${error.message}\n`);
      process.exit(1);
    }
    process.stdout.write(`${port}\n`);
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      provider.cancel();
      provider.close();
      server.forceShutdown();
    });
  }
}

main(process.argv[2]);
