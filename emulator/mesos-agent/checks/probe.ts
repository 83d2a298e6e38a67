import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { MAX_TIMER_MS } from "@drover/lib/long-timer";
import type { CheckInfo, CommandInfo, HealthCheck } from "@drover/lib/mesos/types";
import type { RunningContainer } from "../container";
import { LaunchError } from "../launch-error";

/** What is asked of a container. */
export type Probe =
  | { type: "COMMAND"; command: CommandInfo }
  | { type: "HTTP"; scheme: "http" | "https"; port: number; path: string }
  | { type: "TCP"; port: number };

/** What came out of it. */
export type ProbeResult =
  | { type: "COMMAND"; exitCode: number }
  | { type: "HTTP"; statusCode: number }
  | { type: "TCP"; succeeded: boolean };

/** A time limit of a check in whole milliseconds, as AbortSignal takes them; a timeout of 0 means none. */
export function limitMs(timeoutSeconds: number): number {
  return timeoutSeconds === 0 ? MAX_TIMER_MS : Math.min(Math.ceil(timeoutSeconds * 1000), MAX_TIMER_MS);
}

/**
 * What a health check or a check asks.
 * @throws LaunchError when the part that its type names is missing or not supported
 */
export function probeOf(check: HealthCheck | CheckInfo): Probe {
  const http: HealthCheck["http"] = check.http;
  if (http?.protocol === "IPV6" || (check.tcp && "protocol" in check.tcp && check.tcp.protocol === "IPV6")) {
    throw new LaunchError("checks over IPv6 are not supported by this agent");
  }
  if (check.type === "HTTP" && http !== undefined) {
    const { scheme = "http", port, path = "" } = http;
    if (scheme !== "http" && scheme !== "https") {
      throw new LaunchError(`a check by HTTP needs the scheme http or https, not '${scheme}'`);
    }
    return { type: "HTTP", scheme, port, path };
  }
  if (check.type === "TCP" && check.tcp !== undefined) {
    return { type: "TCP", port: check.tcp.port };
  }
  const command = check.command && "command" in check.command ? check.command.command : check.command;
  if (check.type !== "COMMAND" || command === undefined) {
    throw new LaunchError(`a check of type ${check.type ?? "none"} needs the part of that name`);
  }
  return { type: "COMMAND", command: command as CommandInfo };
}

/** Asks once. @throws Error when there is no answer within the limit */
export async function ask(probe: Probe, container: RunningContainer, limitMs: number): Promise<ProbeResult> {
  if (probe.type === "COMMAND") {
    return { type: "COMMAND", exitCode: await container.exec(probe.command, limitMs) };
  }
  const { checkAddress } = container;
  if (checkAddress === undefined) {
    throw new Error("the container has no network to check");
  }
  if (probe.type === "TCP") {
    return { type: "TCP", succeeded: await connects(checkAddress, probe.port, limitMs) };
  }
  const url = `${probe.scheme}://${checkAddress}:${probe.port}${probe.path.replace(/^(?=[^/])/, "/")}`;
  return { type: "HTTP", statusCode: await statusOf(url, limitMs) };
}

/** Upstream's rule of health: exit status 0, HTTP status 200 to 399, a connection. */
export function isHealthy(result: ProbeResult): boolean {
  switch (result.type) {
    case "COMMAND":
      return result.exitCode === 0;
    case "HTTP":
      return result.statusCode >= 200 && result.statusCode < 400;
    case "TCP":
      return result.succeeded;
  }
}

function connects(host: string, port: number, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: limitMs });
    const finish = (succeeded: boolean) => {
      socket.destroy();
      resolve(succeeded);
    };
    socket.once("connect", () => finish(true));
    socket.once("timeout", () => finish(false));
    socket.once("error", () => finish(false));
  });
}

/** Certificates are not verified, as upstream (the name would not fit an address anyway). */
function statusOf(url: string, limitMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(limitMs);
    const options = { signal, headers: { Connection: "close" } };
    const request = url.startsWith("https:")
      ? httpsRequest(url, { ...options, rejectUnauthorized: false })
      : httpRequest(url, options);
    request.once("error", reject);
    request.once("response", (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    request.end();
  });
}
