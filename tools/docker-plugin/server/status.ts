import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { NotReady } from "../resources/resource";
import { encode, type Path } from "./values";

/** An error in the form in which gRPC sends it. A resource that was made but is not ready travels along, so that the engine keeps it. */
export function toStatus(error: unknown, secrets: readonly Path[]): Partial<ServiceError> {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new Metadata();
  if (error instanceof NotReady) {
    const details = new Any();
    details.pack(initFailed(error, secrets).serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const rpcStatus = new Status();
    rpcStatus.setCode(status.UNKNOWN);
    rpcStatus.setMessage(message);
    rpcStatus.addDetails(details);
    metadata.add("grpc-status-details-bin", Buffer.from(rpcStatus.serializeBinary()));
  }
  return { code: status.UNKNOWN, details: message, message, metadata };
}

function initFailed(error: NotReady, secrets: readonly Path[]): ErrorResourceInitFailed {
  const failed = new ErrorResourceInitFailed();
  failed.setId(error.state.id);
  failed.setProperties(encode(error.state.outputs, secrets));
  failed.setReasonsList([error.message]);
  return failed;
}
