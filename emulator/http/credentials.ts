import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { HttpError } from "@drover/lib/http/reply";
import { generic } from "./upstream-errors";

/** Principals and their secrets, from a file `{"credentials":[{"principal":…,"secret":…}]}`. */
export class Credentials {
  private constructor(private readonly digests: ReadonlyMap<string, Buffer>) {}

  /** @throws Error that names the file and what is wrong with it, never a secret */
  static read(path: string): Credentials {
    let parsed: { credentials?: { principal?: unknown; secret?: unknown }[] };
    try {
      parsed = JSON.parse(readFileSync(path, "utf8"));
    } catch (error) {
      const cause = error instanceof SyntaxError ? "it is not JSON" : (error as Error).message;
      throw new Error(`the credentials file ${path} cannot be read: ${cause}`);
    }
    if (!Array.isArray(parsed?.credentials)) {
      throw new Error(`the credentials file ${path} must hold {"credentials":[{"principal":"…","secret":"…"}]}`);
    }
    const digests = new Map<string, Buffer>();
    for (const { principal, secret } of parsed.credentials) {
      if (typeof principal !== "string" || typeof secret !== "string" || principal === "" || principal.includes(":")) {
        throw new Error(`the credentials file ${path} needs a principal (without ':') and a secret in every entry`);
      }
      digests.set(principal, digest(secret));
    }
    return new Credentials(digests);
  }

  /**
   * The principal that the request proves by HTTP basic. As upstream, only the spelling `Basic` passes.
   * @throws HttpError 401 with the realm
   */
  authenticate(request: IncomingMessage, realm: string): string {
    const [scheme, encoded = ""] = (request.headers.authorization ?? "").split(" ");
    const pair = Buffer.from(encoded, "base64").toString("utf8");
    const colon = pair.indexOf(":");
    const principal = pair.slice(0, Math.max(0, colon));
    // An unknown principal costs the same comparison as a known one.
    const expected = this.digests.get(principal) ?? digest("");
    const matches = timingSafeEqual(digest(pair.slice(colon + 1)), expected);
    if (scheme !== "Basic" || colon < 1 || !matches || !this.digests.has(principal)) {
      throw new HttpError(401, generic(401), { "WWW-Authenticate": `Basic realm="${realm}"` });
    }
    return principal;
  }
}

/** Digests have one length, which the comparison in constant time needs. */
function digest(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
