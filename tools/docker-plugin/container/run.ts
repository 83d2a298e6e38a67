import type Docker from "dockerode";
import type { Container, ContainerInspectInfo } from "dockerode";
import { poll, until } from "../host/wait";
import type { ContainerInputs } from "../schema/container";

/** How often a container is looked at while something is awaited, in milliseconds. */
const LOOK_EVERY_MS = 250;

/** How many lines of a failed container's log go into the error. */
const LOG_LINES = 20;

/** Waits until the container runs. Throws with the end of its log when it ends instead, or does not run within the limit. */
export async function waitUntilRunning(
  container: Container,
  inputs: ContainerInputs,
  signal: AbortSignal,
): Promise<ContainerInspectInfo> {
  const limitMs = inputs.containerReadRefreshTimeoutMilliseconds ?? 15_000;
  const info = await poll(limitMs, LOOK_EVERY_MS, signal, async () => {
    const info = await container.inspect();
    return isUp(info) || hasEnded(info) ? info : undefined;
  });
  if (info === undefined) throw new Error(`container "${inputs.name}" does not run after ${limitMs / 1000} s`);
  if (isUp(info)) return info;
  const log = await lastLogLines(container, info);
  throw new Error(
    `container "${inputs.name}" ended right after its start with exit code ${info.State.ExitCode}; a container that does its work and ends needs \`mustRun: false\`.${log}`,
  );
}

/** Running, or about to be started again by its restart policy. */
export function isUp(info: ContainerInspectInfo): boolean {
  return info.State.Running && !info.State.Restarting;
}

function hasEnded(info: ContainerInspectInfo): boolean {
  return ["exited", "dead"].includes(info.State.Status);
}

async function lastLogLines(container: Container, info: ContainerInspectInfo): Promise<string> {
  const log = (await readLogs(container, info, LOG_LINES)).trim();
  return log === "" ? " It wrote nothing to its log." : ` The end of its log:\n${log}`;
}

/** Waits until the health check says healthy. Throws when there is no check, when it says unhealthy, or when the time is over. */
export async function waitUntilHealthy(
  container: Container,
  inputs: ContainerInputs,
  signal: AbortSignal,
): Promise<void> {
  const limitSeconds = inputs.waitTimeout ?? 60;
  let last = "nothing yet";
  const healthy = await poll(limitSeconds * 1000, LOOK_EVERY_MS, signal, async () => {
    const { State: state } = await container.inspect();
    if (!state.Running)
      throw new Error(`container "${inputs.name}" ended with exit code ${state.ExitCode} before it was healthy`);
    if (state.Health === undefined)
      throw new Error(`\`wait\` needs a health check, and container "${inputs.name}" has none: set \`healthcheck\``);
    last = state.Health.Log?.at(-1)?.Output?.trim() || last;
    return state.Health.Status === "healthy" || undefined;
  });
  if (healthy === undefined) {
    throw new Error(
      `container "${inputs.name}" is not healthy after ${limitSeconds} s (\`waitTimeout\`); its check said: ${last}`,
    );
  }
}

/** Waits for the end of a container that was started. The limit is the operation's own. */
export function waitUntilEnded(container: Container, signal: AbortSignal): Promise<ContainerInspectInfo> {
  return until(LOOK_EVERY_MS, signal, async () => {
    const info = await container.inspect();
    return hasEnded(info) ? info : undefined;
  });
}

/** What a container that has ended wrote to stdout and stderr. `tail` limits it to the last lines. */
export async function readLogs(container: Container, info: ContainerInspectInfo, tail?: number): Promise<string> {
  // Followed, because dockerode parses an answer that is not a stream as JSON where it can.
  const options = { stdout: true, stderr: true, follow: true as const, ...(tail === undefined ? {} : { tail }) };
  const chunks: Buffer[] = [];
  for await (const chunk of await container.logs(options)) chunks.push(Buffer.from(chunk));
  const raw = Buffer.concat(chunks);
  return info.Config.Tty ? raw.toString() : joinFrames(raw);
}

/** Without a terminal the log comes in frames: one byte for the stream, three unused, four for the length, then the bytes. */
function joinFrames(raw: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= raw.length; ) {
    const length = raw.readUInt32BE(at + 4);
    pieces.push(raw.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(pieces).toString();
}

/** How long a container that is being removed by someone else may take, in milliseconds. */
const REMOVAL_LIMIT_MS = 60_000;

/** Removes a container, running or not, and waits until its name is free. No error when it is gone already. */
export async function remove(docker: Docker, id: string, removeVolumes: boolean, signal: AbortSignal): Promise<void> {
  const gone = await poll(REMOVAL_LIMIT_MS, LOOK_EVERY_MS, signal, async () => {
    try {
      await docker.getContainer(id).remove({ force: true, v: removeVolumes });
      return true;
    } catch (error) {
      const status = (error as { statusCode?: number }).statusCode;
      if (status === 404) return true;
      // 409: its removal is already under way.
      if (status === 409) return undefined;
      throw error;
    }
  });
  if (gone === undefined) throw new Error(`container ${id} is still being removed after ${REMOVAL_LIMIT_MS / 1000} s`);
}
