import { Exception } from "node-zookeeper-client";

export type ZookeeperErrorCode =
  | "AUTH_FAILED"
  | "BAD_VERSION"
  | "CONNECTION_LOSS"
  | "NODE_EXISTS"
  | "NOT_EMPTY"
  | "NO_AUTH"
  | "NO_NODE"
  | "OPERATION_TIMEOUT"
  | "OTHER"
  | "SESSION_EXPIRED";

const CODES = [
  "AUTH_FAILED",
  "BAD_VERSION",
  "CONNECTION_LOSS",
  "NODE_EXISTS",
  "NOT_EMPTY",
  "NO_AUTH",
  "NO_NODE",
  "OPERATION_TIMEOUT",
  "SESSION_EXPIRED",
] as const;

/** A failed ZooKeeper operation; `code` says why, `path` where. */
export class ZookeeperError extends Error {
  constructor(
    readonly code: ZookeeperErrorCode,
    readonly path: string,
    operation: string,
    detail: string = code,
  ) {
    super(`ZooKeeper ${operation} ${path}: ${detail}`);
    this.name = "ZookeeperError";
  }
}

/** Translates what the client library reports. */
export function toZookeeperError(error: unknown, operation: string, path: string): ZookeeperError {
  const number = (error as { code?: unknown }).code;
  const code = CODES.find((name) => Exception[name] === number);
  return new ZookeeperError(code ?? "OTHER", path, operation, code ?? String(error));
}

/** True when the error is a {@link ZookeeperError} with one of these codes. */
export function isZookeeperError(error: unknown, ...codes: ZookeeperErrorCode[]): error is ZookeeperError {
  return error instanceof ZookeeperError && (codes.length === 0 || codes.includes(error.code));
}
