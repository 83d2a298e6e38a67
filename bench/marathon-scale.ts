import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleMarathon, MarathonProcess } from "@drover/emulator/marathon/test/marathon-process";
import { FakeAgent, ports, scalar } from "@drover/emulator/mesos-master/test/fake-agent";
import { TestMaster } from "@drover/emulator/mesos-master/test/masters";
import { createMasterDetector } from "@drover/lib/mesos/master-detector";
import { waitFor } from "@drover/lib/test/wait";
import { startZookeeper } from "@drover/lib/test/zookeeper";
import { isBroken, type Measured, renderTable } from "./table";

const agentCount = 200;
/** Instances of an app, and how many seconds they may take from the POST until all of them run. */
const sizes: [instances: number, limitSeconds: number][] = [
  [100, 2],
  [1000, 20],
];

/**
 * How long an app takes to run on simulated agents, which speak the real protocol and start nothing: a real ZooKeeper,
 * a master and a Marathon, each in a process of its own, with the defaults that an operator gets.
 */
export async function marathonScale(): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "marathon-scale-"));
  const zookeeper = await startZookeeper("bench");
  const zk = `zk://${zookeeper.server}/mesos`;
  const master = await TestMaster.start({
    MESOS_ZK: zk,
    MESOS_QUORUM: "1",
    MESOS_WORK_DIR: join(directory, "master"),
  });
  const agents: FakeAgent[] = [];
  let marathon: MarathonProcess | undefined;
  try {
    const detector = createMasterDetector(`127.0.0.1:${master.port}`);
    await waitFor("the master to lead", () => master.isReady(), 60_000);
    for (let number = 0; number < agentCount; number++) {
      const resources = [scalar("cpus", 16), scalar("mem", 65_536), scalar("disk", 65_536), ports(31_000, 32_000)];
      const agent = new FakeAgent(detector, `10.0.${number >> 8}.${number & 255}`, resources);
      agent.start();
      agents.push(agent);
    }
    await waitFor("the agents", () => agents.every((agent) => agent.isRegistered), 60_000);
    marathon = await MarathonProcess.start(await bundleMarathon(directory), {
      MARATHON_MASTER: zk,
      MARATHON_ZK: `zk://${zookeeper.server}/marathon`,
      MARATHON_MIN_REVIVE_OFFERS_INTERVAL: "5000",
    });
    await marathon.leads();
    const rows: Measured[] = [];
    for (const [instances, limit] of sizes) rows.push(...(await measure(marathon, instances, limit)));
    process.stdout.write(`\n${agentCount} simulated agents\n\n${renderTable(rows)}`);
    return rows.some(isBroken) ? 1 : 0;
  } finally {
    for (const agent of agents) agent.stop();
    await marathon?.end("SIGKILL");
    await master.end("SIGKILL");
    await zookeeper.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Runs an app and removes it again. */
async function measure(marathon: MarathonProcess, instances: number, limit: number): Promise<Measured[]> {
  const id = `/app-${instances}`;
  const startMs = performance.now();
  const { status, body } = await marathon.call("POST", "/v2/apps", {
    ...{ id, cmd: "sleep 1000", cpus: 0.1, mem: 32, instances },
  });
  if (status !== 201) throw new Error(`the app was refused: ${JSON.stringify(body)}`);
  await waitFor(
    `${instances} tasks`,
    async () => (await marathon.get(`/v2/apps?id=${id}`)).body.apps[0]?.tasksRunning === instances,
    limit * 10_000,
  );
  const running = (performance.now() - startMs) / 1000;
  const removeMs = performance.now();
  await marathon.settled(120_000);
  await marathon.call("DELETE", `/v2/apps${id}`);
  await marathon.settled(120_000);
  const removed = (performance.now() - removeMs) / 1000;
  return [
    { what: `app of ${instances}: all run`, unit: "s", drover: running, limit },
    { what: `app of ${instances}: all gone`, unit: "s", drover: removed },
  ];
}
