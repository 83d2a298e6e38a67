import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** A `status` is shown only while the operation runs. */
export type Severity = "info" | "warning" | "status";

/** Shows messages to the user through Pulumi's engine; stdout carries nothing but the port. */
export class EngineLog {
  private client: EngineClient | undefined;

  constructor(address: string | undefined) {
    this.attach(address);
  }

  attach(address: string | undefined): void {
    this.client = address ? new EngineClient(address, credentials.createInsecure()) : undefined;
  }

  /** Shows the message beside the resource `urn`. A message that cannot be shown is not worth a failure. */
  write(severity: Severity, message: string, urn: string): void {
    const request = new LogRequest();
    request.setSeverity(severity === "warning" ? LogSeverity.WARNING : LogSeverity.INFO);
    request.setEphemeral(severity === "status");
    request.setMessage(message);
    request.setUrn(urn);
    this.client?.log(request, () => {});
  }
}
