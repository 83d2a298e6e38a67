import { mkdir, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { dirname } from "node:path";

/** Listens on a unix socket that only root may use; one that an earlier process has left is replaced. */
export async function listenOnSocket(handler: RequestListener, path: string): Promise<Server> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  const server = createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    const umask = process.umask(0o177);
    server.listen(path, resolve);
    process.umask(umask);
  });
  return server;
}
