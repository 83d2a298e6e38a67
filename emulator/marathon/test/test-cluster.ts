import { TestMesos } from "../../framework/test/test-mesos";
import { bundleMarathon, MarathonProcess } from "./marathon-process";

/** A Mesos and any number of Marathons, each in a process of its own. */
export class TestCluster {
  private constructor(
    readonly mesos: TestMesos,
    private readonly bundle: string,
  ) {}

  static async start(): Promise<TestCluster> {
    const mesos = await TestMesos.start("marathon");
    return new TestCluster(mesos, await bundleMarathon(mesos.directory));
  }

  /** @param path below which this Marathon keeps its state; those with the same path are one */
  async marathon(path: string, environment: Record<string, string> = {}): Promise<MarathonProcess> {
    const marathon = await MarathonProcess.start(this.bundle, {
      MARATHON_MASTER: this.mesos.zk,
      MARATHON_ZK: `zk://${this.mesos.zookeeper.server}${path}`,
      MARATHON_FRAMEWORK_NAME: path.slice(1),
      MARATHON_FAILOVER_TIMEOUT: "10",
      MARATHON_ZK_SESSION_TIMEOUT: "2000",
      ...environment,
    });
    this.mesos.add(marathon);
    return marathon;
  }
}

/** A shell line that serves HTTP on the task's first port: 200, or whatever status the file `status` in its sandbox says. */
export const webServer = `exec ${process.execPath} -e "${[
  "const fs = require('fs');",
  "require('http').createServer((q, r) => {",
  "  const status = fs.existsSync('status') ? Number(fs.readFileSync('status')) : 200;",
  "  r.writeHead(status).end(process.env.MARATHON_APP_VERSION);",
  "}).listen(process.env.PORT0)",
].join(" ")}"`;
