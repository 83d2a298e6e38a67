import { ChronosApi } from "@drover/emulator/chronos/test/chronos-api";
import { TestCluster } from "@drover/emulator/chronos/test/test-cluster";

export interface Target {
  api: ChronosApi;
  /** What the parts said, where this suite has started them. */
  logs(): string;
  remove(): Promise<void>;
}

/** Every job of this suite begins with it. */
export const prefix = "conformance-";

/**
 * The Chronos under test: the one at `CHRONOS_URL` (with an agent that has 0.5 CPU and 256 MB free; `CHRONOS_PASSWORD` is
 * `user:password` where it asks for one), else one that is started here with everything it needs.
 */
export async function startTarget(): Promise<Target> {
  const url = process.env.CHRONOS_URL;
  if (url) {
    const password = process.env.CHRONOS_PASSWORD;
    const authorization = password ? `Basic ${Buffer.from(password).toString("base64")}` : undefined;
    const api = new ChronosApi(url.replace(/\/+$/, ""), authorization);
    return { api, logs: () => "", remove: () => clear(api) };
  }
  const cluster = await TestCluster.start();
  const chronos = await cluster.chronos("/conformance");
  await chronos.answers();
  return { api: chronos, logs: () => cluster.mesos.logs(), remove: () => cluster.mesos.remove() };
}

/** Removes what an earlier run has left, children first. */
export async function clear(api: ChronosApi): Promise<void> {
  const { body } = await api.get("jobs");
  const names = (body as { name: string }[]).map(({ name }) => name).filter((name) => name.startsWith(prefix));
  for (const name of names.reverse()) await api.call("DELETE", `job/${name}`);
}
