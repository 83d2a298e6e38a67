import { listen } from "@drover/lib/http/server";
import type { Logger } from "@drover/lib/log";
import { createMasterDetector } from "@drover/lib/mesos/master-detector";
import { ZookeeperClient } from "@drover/lib/zookeeper/client";
import { LeaderLatch } from "@drover/lib/zookeeper/leader-latch";
import type { Leadership } from "../framework/leadership";
import { apiListener } from "./api/api-server";
import { EventBus } from "./events/event-bus";
import { Leader } from "./leader/leader";
import type { Settings } from "./settings";
import { Store } from "./state/store";

export interface MarathonOptions {
  settings: Settings;
  log: Logger;
  /** This instance cannot go on (leadership lost, abdicated, state unreadable): end the process with an error. */
  onEnd: (reason: string) => void;
}

export interface Marathon {
  port: number;
  /** Leaves the election, so that another leads at once, and stops. Tasks run on. */
  close(): Promise<void>;
}

/** Time for the answer to `DELETE /v2/leader` to arrive. */
const abdicationMs = 500;

/**
 * Starts one instance: serves HTTP, takes part in the election and leads when elected.
 * @throws Error when ZooKeeper cannot be reached or the port is taken
 */
export async function startMarathon({ settings, log, onEnd }: MarathonOptions): Promise<Marathon> {
  const { servers, path, credentials } = settings.zk;
  const zookeeper = await ZookeeperClient.connect({
    servers,
    ...(credentials ? { credentials } : {}),
    sessionTimeoutMs: settings.zk_session_timeout,
    operationTimeoutMs: settings.zk_timeout,
  });
  const leadership: Leadership<Leader> = {};
  let hasEnded = false;
  const fail = (reason: string) => {
    if (!hasEnded) onEnd(reason);
    hasEnded = true;
  };
  const address = `${settings.hostname}:${settings.http_port}`;
  const abdicate = () => void setTimeout(() => fail("leadership abdicated"), abdicationMs);
  const http = await listen(
    apiListener({ settings, address, leadership, log, abdicate }),
    settings.http_port,
    settings.http_address,
  );

  const lead = async () => {
    log.info("elected");
    leadership.leader = await Leader.take({
      settings,
      store: new Store(zookeeper, `${path === "/" ? "" : path}/state`, {
        maxNodeBytes: settings.zk_max_node_size,
        compressAboveBytes: settings.zk_compression ? settings.zk_compression_threshold : Number.POSITIVE_INFINITY,
        maxVersions: settings.zk_max_versions,
      }),
      detector: createMasterDetector(settings.master, settings.zk_session_timeout),
      events: new EventBus(),
      log,
      onFatal: fail,
    });
  };
  const latch = new LeaderLatch(zookeeper, `${path === "/" ? "" : path}/leader-curator`, address, {
    onElected: () => void lead().catch((error: Error) => fail(`cannot lead: ${error.message}`)),
    onDeposed: () => fail("leadership lost"),
    onLeader: (leader) => {
      if (leader) leadership.address = leader;
      else delete leadership.address;
    },
  });
  await latch.start();
  zookeeper.onState((state) => {
    if (state === "expired") fail("ZooKeeper session lost");
  });

  return {
    port: http.port,
    close: async () => {
      hasEnded = true;
      // What is under way is answered by one who still leads.
      await http.close();
      leadership.leader?.close();
      await latch.close().catch(() => {});
      await zookeeper.close();
    },
  };
}
