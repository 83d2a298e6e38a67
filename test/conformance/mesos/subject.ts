import { FakeAgent, ports, scalar } from "@drover/emulator/mesos-master/test/fake-agent";
import { TestMaster } from "@drover/emulator/mesos-master/test/masters";
import { createMasterDetector } from "@drover/lib/mesos/master-detector";
import { waitFor } from "@drover/lib/test/wait";

/** The cluster that is measured. */
export interface Subject {
  /** `host:port` of a master. */
  address: string;
  stop(): Promise<void>;
}

/**
 * The cluster whose leading master is at `MESOS_URL` (it needs an agent with 1 cpu and 128 MB free), else an emulator of
 * one master and one agent without containers.
 */
export async function startSubject(): Promise<Subject> {
  const given = process.env.MESOS_URL;
  if (given) {
    return { address: new URL(given).host, stop: async () => {} };
  }
  const master = await TestMaster.start({
    MESOS_REGISTRY: "in_memory",
    MESOS_CLUSTER: "measured",
    MESOS_QUORUM: "1",
    MESOS_ALLOCATION_INTERVAL: "200ms",
  });
  const address = `127.0.0.1:${master.port}`;
  const resources = [scalar("cpus", 4), scalar("mem", 2048), scalar("disk", 4096), ports(31000, 32000)];
  const agent = new FakeAgent(createMasterDetector(address), "agent1.example", resources, [
    { name: "rack", type: "TEXT", text: { value: "r1" } },
    { name: "cores", type: "SCALAR", scalar: { value: 8 } },
  ]);
  agent.start();
  await waitFor("the agent", () => agent.isRegistered);
  return {
    address,
    stop: async () => {
      agent.stop();
      await master.end("SIGTERM");
    },
  };
}
