import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { AgentProcess, bundleAgent } from "@drover/emulator/mesos-agent/test/agent-process";
import { leaderOf, TestMaster } from "@drover/emulator/mesos-master/test/masters";
import { TestFramework } from "@drover/emulator/mesos-master/test/test-framework";
import { createMasterDetector } from "@drover/lib/mesos/master-detector";
import { startZookeeper } from "@drover/lib/test/zookeeper";

const run = promisify(execFile);

/** The cluster that the suite asks: a framework on its master, and the agent whose answers are judged. */
export interface Target {
  framework: TestFramework;
  /** Base URL of the agent. */
  agentUrl: string;
  close(): Promise<void>;
}

/**
 * The cluster to judge: the one whose leading master is at `MESOS_URL` (the agent is the one that is offered first), else
 * an emulated one, started for the purpose.
 */
export async function openTarget(): Promise<Target> {
  const given = process.env.MESOS_URL ? new URL(process.env.MESOS_URL).host : undefined;
  const started = given === undefined ? await startCluster() : undefined;
  const detector = createMasterDetector(given ?? started?.master ?? "");
  const capabilities = ["MULTI_ROLE", "PARTITION_AWARE", "TASK_KILLING_STATE", "RESERVATION_REFINEMENT"];
  const framework = new TestFramework(detector, {
    name: "conformance",
    roles: ["rec"],
    hostname: "framework.example",
    webui_url: "http://framework.example:8080/",
    labels: { labels: [{ key: "kind", value: "test" }] },
    capabilities: capabilities.map((type) => ({ type })),
  });
  const { url } = await framework.offer();
  return {
    framework,
    agentUrl: `http://${url?.address.ip}:${url?.address.port}`,
    close: async () => {
      await framework.driver.teardown().catch(() => {});
      framework.driver.stop();
      await detector.close();
      await started?.stop();
    },
  };
}

async function startCluster(): Promise<{ master: string; stop(): Promise<void> }> {
  const scratch = mkdtempSync(join(tmpdir(), "conformance-agent-"));
  const zookeeper = await startZookeeper("mesos-agent");
  const zk = `zk://${zookeeper.server}/mesos`;
  const master = await TestMaster.start({ MESOS_ZK: zk, MESOS_QUORUM: "1" });
  await leaderOf([master]);
  const agent = await AgentProcess.create(await bundleAgent(scratch), {
    MESOS_MASTER: zk,
    MESOS_ATTRIBUTES: "rack:r1;zone:a;cores:8",
  });
  agent.start();
  return {
    master: `127.0.0.1:${master.port}`,
    stop: async () => {
      const filter = ["--filter", `label=mesos.agent.work_dir=${agent.workDir}`];
      const { stdout } = await run("docker", ["ps", "--all", "--quiet", ...filter]);
      await agent.remove();
      const containers = stdout.split("\n").filter((id) => id !== "");
      await Promise.all(containers.map((id) => run("docker", ["rm", "--force", "--volumes", id])));
      await master.end("SIGKILL");
      await zookeeper.remove();
      rmSync(scratch, { recursive: true });
    },
  };
}
