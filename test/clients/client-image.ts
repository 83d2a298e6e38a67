import { existsSync } from "node:fs";
import { copyFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { rootCertificates } from "node:tls";
import { docker } from "../../images/test-image";

/** What this computer trusts, a proxy's own authority among them; package managers in a build have to trust it, too. */
const systemTrust = "/etc/ssl/certs/ca-certificates.crt";

/**
 * Builds the image of a client that others wrote; Docker's cache makes repeats cheap.
 * @param folder with a Dockerfile, which finds the trusted authorities as `ca.crt`, or with requirements.txt and main.py
 * @returns the tag
 */
export async function buildClientImage(folder: string): Promise<string> {
  const context = await mkdtemp(join(tmpdir(), "drover-client-"));
  try {
    await cp(folder, context, { recursive: true });
    const isPython = existsSync(join(folder, "requirements.txt"));
    if (isPython) await cp(join(__dirname, "python.Dockerfile"), join(context, "Dockerfile"));
    const trust = join(context, "ca.crt");
    await copyFile(systemTrust, trust).catch(() => writeFile(trust, rootCertificates.join("\n")));
    const tag = `drover-test/client-${basename(join(folder, ".."))}-${basename(folder)}`;
    await docker("build", "--quiet", "--network", "host", "--tag", tag, context);
    return tag;
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** Runs a client's program on this computer's network and gives what it prints. @throws Error with its own words */
export function runClient(tag: string, ...args: string[]): Promise<string> {
  return docker("run", "--rm", "--network", "host", "--label", "drover.test=clients", tag, ...args);
}
