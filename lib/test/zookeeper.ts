import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ZookeeperClient, type ZookeeperOptions } from "../zookeeper/client";
import { freePort } from "./port";
import { waitFor } from "./wait";

const run = promisify(execFile);
const TAG = "drover-test/zookeeper";
const SETTINGS = {
  ZOO_TICK_TIME: 200,
  ZOO_CFG_EXTRA: "minSessionTimeout=400 maxSessionTimeout=60000",
  ZOO_ADMINSERVER_ENABLED: false,
  ZK_SERVER_HEAP: 128,
};

/** A real ZooKeeper server for tests, in a container on this computer's network, on a random port of 127.0.0.1. */
export interface TestZookeeper {
  /** `127.0.0.1:port`, the same after a restart. */
  server: string;
  /** A new client session; the caller closes it. */
  client(options?: Partial<ZookeeperOptions>): Promise<ZookeeperClient>;
  /** Freezes the server: connections stay open and silent. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Kills the server; its data stays for {@link start}. */
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Starts a server with ticks of 200 ms, so that sessions may be as short as 400 ms.
 * @param room names the tests, in the container's label `drover.test`
 */
export async function startZookeeper(room: string): Promise<TestZookeeper> {
  await buildImage();
  const port = await freePort();
  const { stdout } = await run("docker", [
    ...["run", "--detach", "--label", `drover.test=${room}`, "--network", "host"],
    ...["--env", `ZOO_SERVERS=server.1=127.0.0.1:2888:3888;127.0.0.1:${port}`],
    ...Object.entries(SETTINGS).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    TAG,
  ]);
  const container = stdout.trim();
  const docker = async (...args: string[]) => {
    await run("docker", [...args, container]);
  };
  const removeNow = () => execFileSync("docker", ["rm", "--force", "--volumes", container], { stdio: "ignore" });
  process.once("exit", removeNow);
  const server = `127.0.0.1:${port}`;
  const ready = async () => {
    await waitFor(
      `ZooKeeper at ${server}`,
      async () => {
        const client = await ZookeeperClient.connect({ servers: [server], sessionTimeoutMs: 2000 });
        await client.close();
        return true;
      },
      30_000,
    );
  };
  const instance: TestZookeeper = {
    server,
    client: (options) => ZookeeperClient.connect({ servers: [server], sessionTimeoutMs: 4000, ...options }),
    pause: () => docker("pause"),
    resume: () => docker("unpause"),
    stop: () => docker("kill"),
    start: async () => {
      await docker("start");
      await ready();
    },
    remove: async () => {
      process.removeListener("exit", removeNow);
      await docker("rm", "--force", "--volumes");
    },
  };
  try {
    await ready();
    return instance;
  } catch (error) {
    await instance.remove();
    throw error;
  }
}

/** The image of images/zookeeper; Docker's cache makes repeats cheap. */
async function buildImage(): Promise<void> {
  const folder = join(__dirname, "../../images/zookeeper");
  await run("docker", ["build", "--quiet", "--network", "host", "--tag", TAG, folder]);
}
