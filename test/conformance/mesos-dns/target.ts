import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TestCluster } from "@drover/emulator/chronos/test/test-cluster";
import { freePort } from "@drover/lib/test/port";
import { waitFor } from "@drover/lib/test/wait";
import { bundle } from "../../../tools/images/bundle";
import { Asker } from "./asker";

export interface Target {
  asker: Asker;
  /** Zone of the cluster, `mesos`. */
  domain: string;
  /** Its HTTP side, without a slash at the end. */
  http: string;
  /** What was answered before there was a master; undefined for a server that was running already. */
  before?: string;
  logs(): string;
  remove(): Promise<void>;
}

/**
 * The mesos-dns under test: the one at `MESOS_DNS` (`ip:port`) and `MESOS_DNS_HTTP` (`http://ip:8123`), in a cluster where
 * some task with a port or without runs; else one that is started here, before ZooKeeper and the master are there.
 */
export async function startTarget(): Promise<Target> {
  const { MESOS_DNS: dns, MESOS_DNS_HTTP: http, MESOS_DNS_DOMAIN: domain = "mesos" } = process.env;
  if (dns && http) {
    const [address = "", port = "53"] = dns.split(":");
    return { asker: new Asker(address, Number(port)), domain, http, logs: () => "", remove: async () => {} };
  }
  const cluster = await TestCluster.start();
  const [port, httpPort] = [await freePort(), await freePort()];
  await cluster.mesos.zookeeper.stop();
  const process_ = await start(cluster, port, httpPort);
  const asker = new Asker("127.0.0.1", port);
  const before = await waitFor("its first answer", async () => (await asker.ask("leader.mesos", "A")).rcode);
  await cluster.mesos.zookeeper.start();
  await cluster.mesos.replaceMaster();
  const chronos = await cluster.chronos("/chronos");
  await chronos.answers();
  const job = { name: "Names_1", command: "sleep 1000", schedule: "R1//PT1H", cpus: 0.1, mem: 32, disk: 1 };
  await chronos.call("POST", "iso8601", job);
  await waitFor("its task", async () => (await chronos.state(job.name)) === "1 running", 20_000);
  return {
    asker,
    domain,
    http: `http://127.0.0.1:${httpPort}`,
    before,
    logs: () => cluster.mesos.logs(),
    remove: async () => {
      process_.kill("SIGKILL");
      await cluster.mesos.remove();
    },
  };
}

async function start(cluster: TestCluster, port: number, httpport: number): Promise<ChildProcess> {
  const file = join(cluster.mesos.directory, "config.json");
  await bundle({ "mesos-dns": join(__dirname, "../../../emulator/mesos-dns/main.ts") }, cluster.mesos.directory);
  const config = {
    ...{ zk: `zk://${cluster.mesos.zookeeper.server}/mesos`, refreshSeconds: 1, ttl: 1, listener: "127.0.0.1", port },
    ...{ HTTPListener: "127.0.0.1", httpport, externalon: false, IPSources: ["host"], zkDetectionTimeout: 60 },
  };
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(process.execPath, [join(cluster.mesos.directory, "mesos-dns.cjs"), `-config=${file}`], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  return child;
}
