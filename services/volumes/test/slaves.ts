import { startZookeeper, type TestZookeeper } from "@drover/lib/test/zookeeper";
import { testNetwork } from "../../../images/test-image";
import { Link } from "./link";
import { BlockStore, TestSlave } from "./test-slave";

/** Slaves with the driver, one folder that plays the cloud's part, and a real ZooKeeper that each reaches by a link of its own. */
export class VolumeSlaves {
  readonly store = new BlockStore();
  readonly slaves: TestSlave[] = [];
  readonly links: Link[] = [];
  private zookeeper: TestZookeeper | undefined;

  /**
   * Starts everything, which takes minutes while the image is not built yet; what was started is removed on failure.
   * @param graceSeconds how long a slave that was lost has its volumes
   */
  static async start(names: readonly string[], graceSeconds: number): Promise<VolumeSlaves> {
    const all = new VolumeSlaves();
    try {
      all.zookeeper = await startZookeeper("volumes");
      await all.store.create();
      const network = await testNetwork();
      for (const name of names) {
        const link = await Link.open(all.zookeeper.server, network.host);
        all.links.push(link);
        all.slaves.push(
          await TestSlave.start(all.store, { name, network: network.name, zookeeper: link.address, graceSeconds }),
        );
      }
      return all;
    } catch (error) {
      await all.remove();
      throw error;
    }
  }

  /** The first slave, for tests of one. */
  get first(): TestSlave {
    const [slave] = this.slaves;
    if (!slave) throw new Error("no slave was started");
    return slave;
  }

  async remove(): Promise<void> {
    for (const slave of this.slaves) await slave.remove();
    await this.store.remove();
    for (const link of this.links) await link.close();
    await this.zookeeper?.remove();
  }
}
