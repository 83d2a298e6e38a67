/** Where a Docker engine is: a local socket, or a machine whose `docker system dial-stdio` is reached over ssh. */
export type Address =
  | { kind: "unix"; path: string; text: string }
  | { kind: "ssh"; user: string; host: string; port: string; text: string };

const DEFAULT_SOCKET = "unix:///var/run/docker.sock";

/**
 * The engine's address: the provider's `host`, else DOCKER_HOST, else the default socket.
 * Throws when the address is of a form the stand-in cannot reach.
 */
export function parseAddress(host: string | undefined, env: NodeJS.ProcessEnv = process.env): Address {
  const text = host || env.DOCKER_HOST || DEFAULT_SOCKET;
  const where = host ? "host" : "DOCKER_HOST";
  if (text.startsWith("unix://")) {
    const path = text.slice("unix://".length);
    if (path.startsWith("/")) return { kind: "unix", path, text };
    throw new Error(`${where} "${text}" is not a socket's address: write unix:// and an absolute path`);
  }
  if (text.startsWith("ssh://")) return parseSsh(text, where);
  throw new Error(`${where} "${text}" is not supported: use unix://<path> or ssh://[<user>@]<address>[:<port>]`);
}

/** Nothing that ssh could take for an option or a shell could take apart. */
const SSH =
  /^ssh:\/\/(?:(?<user>[A-Za-z0-9_][\w.-]*)@)?(?:(?<name>[A-Za-z0-9_][\w.-]*)|\[(?<ipv6>[0-9a-fA-F:.]+)\])(?::(?<port>\d{1,5}))?\/?$/;

function parseSsh(text: string, where: string): Address {
  const groups = SSH.exec(text)?.groups;
  const host = groups?.name ?? groups?.ipv6;
  if (host === undefined) {
    throw new Error(
      `${where} "${text}" is not an ssh address: write ssh://[<user>@]<address>[:<port>], without a path or password`,
    );
  }
  return { kind: "ssh", user: groups?.user ?? "", host, port: groups?.port ?? "", text };
}
