import { setTimeout as delay } from "node:timers/promises";
import { ClusterLink } from "../ready/link";
import type { Progress } from "../server/progress";
import type { ResourceHandler } from "../server/resource";
import type { SshTarget } from "../ssh/connection";
import { type Answer, ask, type Dial } from "../ssh/http";

export interface MarathonAppInputs {
  core: SshTarget[];
  /** The definition as JSON; its id is the app. */
  definition: string;
  timeoutSeconds: number;
}

const port = 8080;
const questionLimitMs = 10_000;
const pollMs = 1_000;

interface Definition {
  id: string;
  instances: number;
}

interface AppState {
  tasksHealthy: number;
  tasksRunning: number;
  deployments: unknown[];
}

/** Any Marathon will do: the others pass on to the leader. */
async function askMarathon(
  dial: Dial,
  core: readonly SshTarget[],
  method: string,
  path: string,
  body?: string,
): Promise<Answer> {
  const problems: string[] = [];
  for (const { hostname, address } of core) {
    try {
      const answer = await ask(dial, address, port, { method, path, body, limitMs: questionLimitMs });
      if (answer.status < 500) return answer;
      problems.push(`${hostname}: ${answer.status} ${answer.body}`);
    } catch (error) {
      problems.push(`${hostname}: ${(error as Error).message}`);
    }
  }
  throw new Error(`no Marathon answers ${method} ${path} (${problems.join("; ")})`);
}

async function deploy(inputs: MarathonAppInputs, progress: Progress): Promise<void> {
  const { id, instances } = JSON.parse(inputs.definition) as Definition;
  const path = `/v2/apps${id}`;
  const until = Date.now() + inputs.timeoutSeconds * 1000;
  const link = new ClusterLink(inputs.core);
  try {
    const put = await askMarathon(link.dial, inputs.core, "PUT", `${path}?force=true`, inputs.definition);
    if (put.status >= 400) throw new Error(`Marathon refuses the app ${id}: ${put.status} ${put.body}`);
    for (;;) {
      const { status, body } = await askMarathon(link.dial, inputs.core, "GET", path);
      const { app } = (status === 200 ? JSON.parse(body) : {}) as { app?: AppState };
      if (app && app.deployments.length === 0 && app.tasksHealthy >= instances) return;
      const state = app ? `${app.tasksHealthy} of ${instances} instances are healthy` : `Marathon answers ${status}`;
      if (Date.now() > until) {
        throw new Error(`the app ${id} is not up after ${inputs.timeoutSeconds} s: ${state}; see ${path} of Marathon`);
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
      const { status, body } = await askMarathon(link.dial, core, "DELETE", `/v2/apps${id}?force=true`);
      if (status >= 400 && status !== 404) throw new Error(`${status} ${body}`);
    } catch (error) {
      // A cluster that is gone has taken the app along; whatever remains of it must not keep the rest from going.
      progress(`app ${id} could not be removed: ${(error as Error).message}`);
    } finally {
      link.close();
    }
  },
};
