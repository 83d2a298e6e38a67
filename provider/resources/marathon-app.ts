import { setTimeout as delay } from "node:timers/promises";
import { MarathonClient } from "@drover/lib/marathon/client";
import type { AppRequest } from "@drover/lib/marathon/types";
import { ClusterLink } from "../ready/link";
import type { Progress } from "../server/progress";
import type { ResourceHandler } from "../server/resource";
import type { SshTarget } from "../ssh/connection";
import { ask } from "../ssh/http";

export interface MarathonAppInputs {
  core: SshTarget[];
  /** The definition as JSON; its id is the app. */
  definition: string;
  timeoutSeconds: number;
}

const port = 8080;
const pollMs = 1_000;

type Definition = AppRequest & { id: string; instances: number };

/** The cluster's Marathons through a tunnel. Any of them will do: the others pass on to the leader. */
function marathon(link: ClusterLink, core: readonly SshTarget[]): MarathonClient {
  return new MarathonClient({
    urls: core.map(({ address }) => `http://${address}:${port}`),
    exchange: ({ hostname, pathname, search }, { method, body, timeoutMs }) =>
      ask(link.dial, hostname, port, {
        method,
        path: pathname + search,
        body: body === undefined ? undefined : JSON.stringify(body),
        limitMs: timeoutMs,
      }),
  });
}

async function deploy({ core, definition, timeoutSeconds }: MarathonAppInputs, progress: Progress): Promise<void> {
  const wanted = JSON.parse(definition) as Definition;
  const { id, instances } = wanted;
  const until = Date.now() + timeoutSeconds * 1000;
  const link = new ClusterLink(core);
  const client = marathon(link, core);
  try {
    await client.putApp(id, wanted, { force: true });
    for (;;) {
      const app = await client.tryFindApp(id);
      if (app && app.deployments.length === 0 && app.tasksHealthy >= instances) return;
      const state = app ? `${app.tasksHealthy} of ${instances} instances are healthy` : "Marathon does not know it";
      if (Date.now() > until) {
        throw new Error(`the app ${id} is not up after ${timeoutSeconds} s: ${state}; see /v2/apps${id} of Marathon`);
      }
      progress(`app ${id}: ${state}`);
      await delay(pollMs);
    }
  } finally {
    link.close();
  }
}

/** An app on the cluster's own Marathon: there when all its instances are healthy. */
export const marathonApp: ResourceHandler<MarathonAppInputs, Record<string, never>> = {
  changed: (olds, news) => olds.definition !== news.definition,
  async create(news, progress) {
    await deploy(news, progress);
    return {};
  },
  async update(_olds, news, progress) {
    await deploy(news, progress);
    return {};
  },
  async remove({ core, definition }, progress) {
    const { id } = JSON.parse(definition) as Definition;
    const link = new ClusterLink(core);
    try {
      await marathon(link, core).deleteApp(id);
    } catch (error) {
      // A cluster that is gone has taken the app along; whatever remains of it must not keep the rest from going.
      progress(`app ${id} could not be removed: ${(error as Error).message}`);
    } finally {
      link.close();
    }
  },
};
