import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utils } from "ssh2";
import { buildTestImage, docker } from "../../images/test-image";
import { adminUser, renderMetaData, renderUserData, type UserDataArgs } from "../../templates/cloud-init/user-data";
import type { SshTarget } from "../ssh/connection";

const room = "drover.test=gluster";

/** The network of each test file, and of the bench, by the third octet of its addresses. */
const thirdOctets = { volume: 7, tls: 8, bench: 9, secrets: 10 } as const;

/** What a machine of the test is made from, beside its name and key. */
export type Role = Pick<UserDataArgs, "packages" | "files" | "units">;

/** Machines on a network of their own, from the real machine image, booted by the real cloud-init. */
export class Machines {
  readonly subnet: string;
  private readonly network: string;
  private readonly label: string;
  private readonly folder = mkdtempSync(join(tmpdir(), "drover-machines-"));
  private readonly key = utils.generateKeyPairSync("ed25519");

  private constructor(
    private readonly image: string,
    private readonly third: number,
    name: string,
  ) {
    this.subnet = `10.79.${third}.0/24`;
    this.network = `drover-test-gluster-${name}`;
    this.label = `drover.test.machines=${name}`;
  }

  /** @param name tells those of one test file from those of another, which may run beside it */
  static async make(name: keyof typeof thirdOctets): Promise<Machines> {
    const machines = new Machines(await buildTestImage("machine"), thirdOctets[name], name);
    await machines.clear();
    await docker(
      ...["network", "create", "--label", room, "--label", machines.label],
      ...["--subnet", machines.subnet, machines.network],
    );
    return machines;
  }

  address(number: number): string {
    return `10.79.${this.third}.${10 + number}`;
  }

  name(number: number): string {
    return `${this.network}-${number}`;
  }

  /** The data disk of a machine: outlives the container. */
  disk(number: number): string {
    return `${this.name(number)}-data`;
  }

  target(number: number): SshTarget {
    return {
      hostname: `m${number}`,
      address: this.address(number),
      user: adminUser,
      privateKey: this.key.private,
      hostKeyAlias: `${this.name(number)}.${Date.now()}`,
      stack: "test",
      knownHostsFile: join(this.folder, "known_hosts"),
    };
  }

  /** Boots a machine, on the disk that it had before if it was there. */
  async boot(number: number, role: Role): Promise<void> {
    const hostname = `m${number}`;
    const args = { hostname, domain: "drover.test", resolvers: ["127.0.0.11"], sshPublicKey: this.key.public };
    const seed = join(this.folder, hostname, "cloud", "seed", "nocloud");
    mkdirSync(seed, { recursive: true });
    writeFileSync(join(seed, "user-data"), renderUserData({ ...args, ...role }));
    writeFileSync(join(seed, "meta-data"), renderMetaData(hostname, hostname));
    await docker("volume", "create", "--label", room, "--label", this.label, this.disk(number));
    await docker(
      ...["create", "--name", this.name(number), "--hostname", hostname, "--label", room, "--label", this.label],
      ...["--network", this.network, "--ip", this.address(number)],
      ...["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE"].map((capability) => `--cap-add=${capability}`),
      ...["seccomp", "apparmor"].map((profile) => `--security-opt=${profile}=unconfined`),
      ...["--cgroupns=host", "--volume=/sys/fs/cgroup:/sys/fs/cgroup", "--volume=/var/lib/docker"],
      ...[`--volume=${this.disk(number)}:/disk/ssd`, "--tmpfs=/run:exec", "--tmpfs=/run/lock", "--device=/dev/fuse"],
      this.image,
    );
    await docker("cp", join(this.folder, hostname, "cloud"), `${this.name(number)}:/var/lib/`);
    await docker("start", this.name(number));
  }

  /** Runs a script on a machine, without SSH. */
  run(number: number, script: string): Promise<string> {
    return docker("exec", this.name(number), "bash", "-ec", script);
  }

  /** Takes a machine away, and its disk too when `disk` is true. */
  async lose(number: number, disk: boolean): Promise<void> {
    await docker("rm", "-fv", this.name(number));
    if (disk) await docker("volume", "rm", this.disk(number));
  }

  private async clear(): Promise<void> {
    const ids = await docker("ps", "-aq", "--filter", `label=${this.label}`);
    if (ids) await docker("rm", "-fv", ...ids.split("\n"));
    const volumes = await docker("volume", "ls", "-q", "--filter", `label=${this.label}`);
    if (volumes) await docker("volume", "rm", ...volumes.split("\n"));
    const networks = await docker("network", "ls", "-q", "--filter", `label=${this.label}`);
    if (networks) await docker("network", "rm", ...networks.split("\n"));
  }

  async remove(): Promise<void> {
    await this.clear();
    rmSync(this.folder, { recursive: true });
  }
}
