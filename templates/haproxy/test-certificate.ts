import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * A self-signed certificate and its key as one PEM text, as HAProxy's `crt` wants them. Made by the host's openssl,
 * which comes with its ca-certificates.
 */
export async function testCertificate(hostName: string): Promise<string> {
  const { stdout } = await run("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
    ...["-subj", `/CN=${hostName}`, "-addext", `subjectAltName=DNS:${hostName}`, "-keyout", "-", "-out", "-"],
  ]);
  return stdout;
}
