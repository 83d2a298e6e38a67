import { execFileSync } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loopDevices } from "@drover/lib/block-volume";
import { waitFor } from "@drover/lib/test/wait";
import { build } from "esbuild";
import { buildTestImage, docker } from "../../../images/test-image";

const tag = "drover-test/volumes-slave";
const root = join(__dirname, "../../..");

/** Builds the driver's image the way set-up does, and on top of it one with a Docker engine. */
async function buildSlaveImage(): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), "volumes-image-"));
  try {
    await copyFile(process.execPath, join(context, "node"));
    await build({
      entryPoints: [join(root, "services/volumes/main.ts")],
      ...{ bundle: true, platform: "node", target: "node20", outfile: join(context, "volumes.cjs"), logLevel: "error" },
    });
    await buildTestImage("volumes", context);
  } finally {
    await rm(context, { recursive: true });
  }
  await docker("build", "--quiet", "--network", "host", "--tag", tag, join(__dirname, "slave"));
}

export interface SlaveOptions {
  name: string;
  /** Docker's, for the machine. */
  network: string;
  /** `host:port` of ZooKeeper as the slave reaches it. */
  zookeeper: string;
  graceSeconds: number;
}

/** The folder that all slaves of a test share: a Docker volume that {@link BlockStore.remove} removes. */
export class BlockStore {
  readonly volume = `drover-test-volumes-${process.pid}`;

  async create(): Promise<void> {
    await docker("volume", "create", "--label", "drover.test=volumes", this.volume);
  }

  async remove(): Promise<void> {
    await docker("volume", "rm", "--force", this.volume);
  }
}

/** A machine in a container: a Docker engine, and the driver as a process that can be killed. */
export class TestSlave {
  private constructor(
    private readonly container: string,
    private readonly options: SlaveOptions,
  ) {}

  static async start(store: BlockStore, options: SlaveOptions): Promise<TestSlave> {
    await buildSlaveImage();
    const version = await docker("info", "--format", "{{.CgroupVersion}}");
    const cgroups =
      version === "1" ? ["--cgroupns=host", "--volume=/sys/fs/cgroup:/sys/fs/cgroup"] : ["--cgroupns=private"];
    const container = await docker(
      ...[
        "run",
        "--detach",
        "--label=drover.test=volumes",
        `--network=${options.network}`,
        ...cgroups,
        `--name=${options.name}-${process.pid}`,
      ],
      ...["SYS_ADMIN", "SYS_PTRACE", "NET_ADMIN"].map((capability) => `--cap-add=${capability}`),
      ...["--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined"],
      ...loopDevices.map((device) => `--device=${device}`),
      ...["--volume=/var/lib/docker", "--tmpfs=/run:exec", `--volume=${store.volume}:/var/lib/drover/block-store`],
      tag,
    );
    const slave = new TestSlave(container, options);
    process.once("exit", slave.removeNow);
    await waitFor("the slave's Docker engine", () => slave.sh("docker version"), 30_000);
    await slave.sh("tar --create --directory / bin/busybox | docker import - box:1");
    await slave.startDriver();
    return slave;
  }

  /** Starts the driver and waits for its socket. */
  async startDriver(): Promise<void> {
    const { name, zookeeper, graceSeconds } = this.options;
    const env = [
      `VOLUMES_ZK=zk://${zookeeper}/volumes`,
      `VOLUMES_SLAVE=${name}`,
      "VOLUMES_CLUSTER=test",
      `VOLUMES_GRACE_SECONDS=${graceSeconds}`,
      "VOLUMES_DEFAULT_SIZE_GB=1",
    ];
    await this.sh("rm -f /run/docker/plugins/*.sock");
    const run = "exec node /usr/local/lib/drover/volumes.cjs >>/var/log/volumes.log 2>&1";
    await docker("exec", "--detach", ...env.map((pair) => `--env=${pair}`), this.container, "sh", "-c", run);
    await waitFor("the driver's socket", () => this.sh("test -S /run/docker/plugins/rexray.sock && echo yes"), 20_000);
  }

  /** Sends the driver a signal, by default the one that leaves it no time. */
  async signalDriver(signal = "KILL"): Promise<void> {
    await this.sh(`kill -${signal} $(pidof -x /usr/local/bin/node || pidof node)`);
  }

  /** Runs a shell command on the slave and gives what it prints. */
  sh(script: string): Promise<string> {
    return docker("exec", this.container, "sh", "-c", script);
  }

  /** Starts a container with a volume, on the slave's engine; it runs `script` in busybox. */
  run(volume: string, script: string, ...options: string[]): Promise<string> {
    const words = [
      "docker",
      "run",
      ...options,
      "--network=none",
      "--volume-driver=rexray",
      "--volume",
      `${volume}:/data`,
    ];
    return docker("exec", this.container, ...words, "box:1", "/bin/busybox", "sh", "-c", script);
  }

  /** One call of Docker's plugin protocol under the name `rexray`, past Docker. */
  async call(method: string, body: object): Promise<Record<string, unknown>> {
    const words = ["exec", this.container, "node", "-e", callScript, method, JSON.stringify(body)];
    return JSON.parse(await docker(...words)) as Record<string, unknown>;
  }

  /** The driver's log lines with this message. */
  async logged(message: string): Promise<Record<string, unknown>[]> {
    const lines = (await this.sh("cat /var/log/volumes.log")).split("\n").filter((line) => line.startsWith("{"));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === message);
  }

  /** Mounts of volumes that the driver has made. */
  async mounts(): Promise<string[]> {
    const list = await this.sh("cut -d' ' -f5 /proc/self/mountinfo");
    return list.split("\n").filter((path) => path.startsWith("/var/lib/drover/volumes/"));
  }

  /** Loop devices of the host that are bound to files of a volume. */
  async devices(volume: string): Promise<string[]> {
    const list = await this.sh("losetup --list --noheadings --raw --output NAME,BACK-FILE");
    return list.split("\n").filter((line) => line.includes(`/volumes/${volume}/`));
  }

  pause = () => docker("pause", this.container);
  unpause = () => docker("unpause", this.container);
  /** The machine dies: nothing on it gets to do anything. */
  kill = () => docker("kill", this.container);
  async boot(): Promise<void> {
    await docker("start", this.container);
    // The engine asks the driver for the volumes of the containers it remembers before it answers.
    await this.startDriver();
    await waitFor("the slave's Docker engine", () => this.sh("docker version"), 30_000);
  }

  private readonly removeNow = () =>
    execFileSync("docker", ["rm", "--force", "--volumes", this.container], { stdio: "ignore" });

  async remove(): Promise<void> {
    process.removeListener("exit", this.removeNow);
    await docker("rm", "--force", "--volumes", this.container);
  }
}

const callScript = `
const [method, body] = process.argv.slice(1);
const options = { socketPath: "/run/docker/plugins/rexray.sock", path: "/" + method, method: "POST" };
require("http").request(options, (answer) => answer.pipe(process.stdout)).end(body);`;
