import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Tells the user what a resource waits for. */
export type Progress = (text: string) => void;

/**
 * Status lines shown beside a resource while it is being made; the same text again is not said twice in a row.
 * @param engine the address that Pulumi starts a provider with
 */
export function progressTo(engine: string, urn: string): Progress {
  const client = new EngineClient(engine, credentials.createInsecure());
  let said = "";
  return (text) => {
    if (text === said) return;
    said = text;
    const request = new LogRequest();
    request.setSeverity(LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(text);
    request.setEphemeral(true);
    // A lost status line harms nobody; an engine that is gone ends this process anyway.
    client.log(request, () => {});
  };
}
