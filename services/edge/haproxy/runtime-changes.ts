import { renderStructure, SERVER_KEYWORDS, serverAddress } from "../routes/render";
import type { AppRoutes, Backend, Server } from "../routes/types";

/** Servers to add and to take out, by `<backend>/<server>`. */
export interface RuntimeChanges {
  added: { id: string; server: Server }[];
  removed: string[];
}

/**
 * What the runtime API has to do to get from one set of routes to another, or undefined when only a reload can: when
 * anything but servers differs, or a server of the same name has moved.
 */
export function runtimeChanges(before: readonly AppRoutes[], after: readonly AppRoutes[]): RuntimeChanges | undefined {
  if (renderStructure(before) !== renderStructure(after)) return undefined;
  const old = serversById(before);
  const now = serversById(after);
  for (const [id, server] of now) {
    const former = old.get(id);
    if (former !== undefined && serverAddress(former) !== serverAddress(server)) return undefined;
  }
  return {
    added: [...now].filter(([id]) => !old.has(id)).map(([id, server]) => ({ id, server })),
    removed: [...old.keys()].filter((id) => !now.has(id)),
  };
}

/** Each with the answer HAProxy gives when it worked; a new server starts in maintenance with its checks off. */
export function addCommands({ id, server }: RuntimeChanges["added"][number]): { command: string; answer: string }[] {
  return [
    { command: `add server ${id} ${serverAddress(server)} ${SERVER_KEYWORDS}`, answer: "New server registered." },
    { command: `enable health ${id}`, answer: "" },
    { command: `enable server ${id}`, answer: "" },
  ];
}

function serversById(apps: readonly AppRoutes[]): Map<string, Server> {
  const ofBackend = (backend: Backend) =>
    backend.servers.map((server) => [`${backend.name}/${server.name}`, server] as const);
  return new Map(apps.flatMap((app) => app.backends.flatMap(ofBackend)));
}
