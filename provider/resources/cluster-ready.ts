import { setTimeout as delay } from "node:timers/promises";
import {
  chronosLeader,
  dnsAnswers,
  electedMaster,
  type FrontDoor,
  frontDoorAnswers,
  type Member,
  marathonLeader,
  NotYet,
  slavesRegistered,
  zooKeeperQuorum,
} from "../ready/checks";
import { ClusterLink } from "../ready/link";
import type { Progress } from "../server/progress";
import type { ResourceHandler } from "../server/resource";
import type { SshTarget } from "../ssh/connection";
import { coreLog, slaveLog } from "../ssh/log-command";

export interface ClusterReadyInputs {
  core: SshTarget[];
  /** `core`: Chronos is a service of the core machines. */
  chronos: "core" | "marathon";
  /** Wanted slaves that have a name. */
  slaves: Member[];
  /** How many slaves there are to be, with those that nobody named. */
  slaveCount: number;
  frontDoor: FrontDoor;
  /** Anything whose change means that the cluster has to be looked at again: ids of machines and containers. */
  triggers: string[];
  timeoutSeconds: number;
}

export interface ClusterReadyOutputs {
  /** How long it took, in seconds. */
  waitedSeconds: number;
}

/** Time between two looks, and between two lines that say what is waited for. */
const pollMs = 500;
const sayEveryMs = 4_000;

/** One look at everything, in the order in which things come up. Throws {@link NotYet} at the first that is missing. */
async function look(inputs: ClusterReadyInputs, link: ClusterLink): Promise<void> {
  const core: Member[] = inputs.core;
  await zooKeeperQuorum(link.dial, core);
  const leader = await electedMaster(link.dial, core);
  await marathonLeader(link.dial, core);
  if (inputs.chronos === "core") await chronosLeader(link.dial, core);
  await slavesRegistered(link.dial, leader, inputs.slaves, inputs.slaveCount);
  await dnsAnswers(link.dial, core, inputs.frontDoor.domain);
  await frontDoorAnswers(inputs.frontDoor);
}

/** The command that shows the log of what a check is about. */
function logCommand({ hostname, container }: NotYet, { core, slaves }: ClusterReadyInputs): string {
  const [first] = core;
  const target = { stack: first?.stack ?? "", hostname: hostname ?? first?.hostname ?? "" };
  const isSlave = slaves.some((slave) => slave.hostname === target.hostname);
  return isSlave ? slaveLog(target, container) : coreLog(target, container);
}

async function waitReady(inputs: ClusterReadyInputs, progress: Progress): Promise<ClusterReadyOutputs> {
  const started = Date.now();
  const link = new ClusterLink(inputs.core);
  let said = 0;
  try {
    for (;;) {
      try {
        await look(inputs, link);
        return { waitedSeconds: Math.round((Date.now() - started) / 1000) };
      } catch (problem) {
        const error = problem as Error;
        const waited = (Date.now() - started) / 1000;
        if (waited > inputs.timeoutSeconds) {
          const more = error instanceof NotYet ? ` Its log: ${logCommand(error, inputs)}` : "";
          throw new Error(`the cluster is not ready after ${inputs.timeoutSeconds} s: ${error.message}.${more}`);
        }
        if (Date.now() - said > sayEveryMs) {
          said = Date.now();
          progress(`${Math.round(waited)} s of ${inputs.timeoutSeconds} s, waiting: ${error.message}`);
        }
        await delay(pollMs);
      }
    }
  } finally {
    link.close();
  }
}

/** Is made, or updated, when the whole cluster answers: what depends on it finds a cluster that works. */
export const clusterReady: ResourceHandler<ClusterReadyInputs, ClusterReadyOutputs> = {
  changed: (olds, news) =>
    JSON.stringify([olds.triggers, olds.slaves, olds.slaveCount, olds.chronos]) !==
    JSON.stringify([news.triggers, news.slaves, news.slaveCount, news.chronos]),
  create: waitReady,
  update: (_olds, news, progress) => waitReady(news, progress),
};
