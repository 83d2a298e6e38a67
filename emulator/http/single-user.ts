import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

interface Credentials {
  user: string;
  password: string;
}

/** True when the request carries the user and password that are asked for, or none are. */
export function isAuthentic(request: IncomingMessage, wanted: Credentials | undefined): boolean {
  if (wanted === undefined) return true;
  const given = /^basic ([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const pair = Buffer.from(given, "base64").toString("utf8");
  return timingSafeEqual(digest(pair), digest(`${wanted.user}:${wanted.password}`));
}

export function refuse(response: ServerResponse, realm: string): void {
  response
    .writeHead(401, { "Content-Type": "application/json", "WWW-Authenticate": `Basic realm="${realm}"` })
    .end(JSON.stringify({ message: "Invalid username or password." }));
}

/** Equal lengths, so that the comparison takes equally long for all. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
