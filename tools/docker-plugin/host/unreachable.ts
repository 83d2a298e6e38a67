import { SshError } from "./ssh-connection";

/** The machine did not answer at all: it is gone, off, or cut off. */
export class HostUnreachable extends Error {
  constructor(
    readonly host: string,
    readonly remote: boolean,
    readonly limitMs: number,
    cause: string,
  ) {
    const advice = remote
      ? "check that the machine runs and that `host` and `sshOpts` are right"
      : "start the Docker engine, or set `docker:host` or DOCKER_HOST to where it is";
    super(`Docker is not reachable at ${host}: ${cause}${remote ? ` (tried for ${limitMs / 1000} s)` : ""}; ${advice}`);
  }
}

/** The machine answered, but its ssh server or its Docker command turned us away. */
export class HostRefused extends Error {}

/** What ssh says when it reached the machine and was not let in, or could not even be run. */
const TURNED_AWAY =
  /permission denied|host key verification failed|remote host identification has changed|too many authentication failures|no matching|bad configuration option|unknown option|illegal option|cannot start ssh/i;

/** ssh's own exit code for a connection that failed; another code is the remote command's. */
const SSH_FAILED = 255;

/** Tells a machine that is not there from one that is there and refuses: only the first may count as gone. */
export function classify(error: Error, host: string, remote: boolean, limitMs: number): HostUnreachable | HostRefused {
  if (!(error instanceof SshError)) return new HostUnreachable(host, remote, limitMs, error.message);
  const turnedAway = TURNED_AWAY.test(error.message) || (error.exitCode !== null && error.exitCode !== SSH_FAILED);
  if (!turnedAway) return new HostUnreachable(host, remote, limitMs, error.message);
  return new HostRefused(
    `${host} answers, but Docker cannot be used there: ${error.message}; check the user, the key and \`sshOpts\`, and that \`docker\` works for that user on the machine`,
  );
}
