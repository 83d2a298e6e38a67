import { TestMesos } from "../../framework/test/test-mesos";
import { bundleChronos, ChronosProcess } from "./chronos-process";

const name = "chronos";

/** What a job of these tests with an image has to carry, so that its container is found and removed. */
export const containerLabel = { key: "label", value: `drover.test=${name}` };

/** A Mesos and any number of Chronos, each in a process of its own. */
export class TestCluster {
  private constructor(
    readonly mesos: TestMesos,
    private readonly bundle: string,
  ) {}

  static async start(): Promise<TestCluster> {
    const mesos = await TestMesos.start(name);
    return new TestCluster(mesos, await bundleChronos(mesos.directory));
  }

  /** @param path below which this Chronos keeps its state; those with the same path are one */
  async chronos(path: string, flags: Record<string, string> = {}): Promise<ChronosProcess> {
    const chronos = await ChronosProcess.start(this.bundle, {
      master: this.mesos.zk,
      zk_hosts: this.mesos.zookeeper.server,
      zk_path: path,
      zk_timeout: "2000",
      mesos_framework_name: path.slice(1),
      failover_timeout: "30",
      min_revive_offers_interval: "200",
      decline_offer_duration: "500",
      failure_retry: "500",
      ...flags,
    });
    this.mesos.add(chronos.process);
    return chronos;
  }
}
