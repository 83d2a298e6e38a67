import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Built, build, secrets, shipped } from "./program";

/** The inputs of one resource, as loosely as JSON is. */
// biome-ignore lint/suspicious/noExplicitAny: the inputs of twenty resource types are read here and there
type Inputs = any;

const config = shipped("openstack") as Record<string, Inputs>;
const built = await build("openstack");
const cores = ["ops100", "ops110", "ops120"];

const of = ({ resources }: Built, type: string): Map<string, Inputs> =>
  new Map(
    [...resources.values()]
      .filter((found) => found.type === `openstack:${type}`)
      .map(({ name, inputs }) => [name, inputs]),
  );
const instances = (stack: Built) => of(stack, "compute/instance:Instance");
const userData = (instance: Inputs) => Buffer.from(instance.userData, "base64").toString();

describe("openstack", () => {
  it("has core machines in different zones, on different hypervisors, with a port and a volume that outlive them", () => {
    const group = of(built, "compute/serverGroup:ServerGroup").get("core");
    expect(group.policies).toEqual(["anti-affinity"]);
    cores.forEach((hostname, i) => {
      const machine = instances(built).get(hostname);
      expect(machine).toMatchObject({
        availabilityZone: `az${i + 1}`,
        schedulerHints: [{ group: "core-id" }],
        networks: [{ port: `${hostname}-id` }],
        configDrive: true,
        keyPair: "drover-openstack-key",
      });
      expect(machine.blockDevices[1]).toMatchObject({ uuid: `${hostname}-data-id`, deleteOnTermination: false });
      expect(of(built, "networking/port:Port").get(hostname).fixedIps).toEqual([
        { subnetId: "subnet-id", ipAddress: `10.77.0.${10 + i}` },
      ]);
    });
  });

  it("finds the data volume by its id, whatever the bus", () => {
    const text = userData(instances(built).get("ops110"));
    expect(text).toContain("/dev/disk/by-id/virtio-ops110-data-id");
    expect(text).toContain("/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_ops110-data-id");
    expect(text).not.toMatch(/\/dev\/vd|\/dev\/sd/);
  });

  it("makes a slave of one resource and the secrets it is given, with its planned address, spread over the zones", () => {
    const slaves = [...instances(built)].filter(([name]) => name.startsWith("slave-"));
    expect(slaves.map(([name, { networks, availabilityZone }]) => [name, networks, availabilityZone])).toEqual(
      [0, 1, 2].map((i) => [`slave-00${i}`, [{ uuid: "network-id", fixedIpV4: `10.77.0.${20 + i}` }], `az${i + 1}`]),
    );
    const all = [...built.resources.values()].filter(({ name }) => name.includes("slave-000"));
    expect(all.map(({ name }) => name)).toEqual(["slave-000", "slave-000-secrets"]);
  });

  it("opens the front door, SSH from listed networks to the bastion, and nothing else to the world", () => {
    const rules = [...of(built, "networking/secGroupRule:SecGroupRule").values()];
    const world = rules.filter(({ remoteIpPrefix }) => remoteIpPrefix && remoteIpPrefix !== "10.77.0.0/20");
    expect(world.map((rule) => `${rule.securityGroupId} ${rule.remoteIpPrefix} ${rule.portRangeMin}`).sort()).toEqual([
      "bastion-access-id 203.0.113.0/24 22",
      "front-id 0.0.0.0/0 443",
      "front-id 0.0.0.0/0 80",
    ]);
    expect(of(built, "networking/floatingIp:FloatingIp").size).toBe(2);
    expect(instances(built).get("slave-000").securityGroups).toEqual(["drover-openstack-cluster"]);
  });

  it("asks the front proxies for their health before it sends anyone there", () => {
    for (const name of ["front-door-http", "front-door-https"]) {
      expect(of(built, "loadbalancer/monitor:Monitor").get(name)).toMatchObject({
        type: "HTTP",
        urlPath: "/_drover/health",
      });
      const { members } = of(built, "loadbalancer/members:Members").get(name);
      expect(members.map(({ address, monitorPort }: Inputs) => [address, monitorPort])).toEqual(
        [10, 11, 12].map((last) => [`10.77.0.${last}`, 80]),
      );
    }
  });

  it("gives the volume driver a credential for volumes and attachments only", () => {
    const { accessRules, unrestricted } = of(built, "identity/applicationCredential:ApplicationCredential").get(
      "volumes",
    );
    expect(unrestricted).toBeUndefined();
    expect(new Set(accessRules.map(({ service }: Inputs) => service))).toEqual(new Set(["volumev3", "compute"]));
    const compute = accessRules.filter(({ service, method }: Inputs) => service === "compute" && method !== "GET");
    for (const { path } of compute) expect(path).toContain("/os-volume_attachments");
  });

  it("brings the volume driver's login to the slaves over SSH, since user data can be read by anybody there", () => {
    const { inputs } = built.resources.get("drover:index:MachineFiles::slave-000-secrets") ?? {};
    expect(inputs).toMatchObject({
      machine: { hostname: "slave-000", bastion: { hostname: "bastion" } },
      machineId: "slave-000-id",
      files: {
        "/etc/drover/volumes/credential-id": "volumes-id",
        "/etc/drover/volumes/credential-secret": secrets.volumeSecret,
      },
      unit: "volumes.service",
    });
    const text = userData(instances(built).get("slave-000"));
    expect(text).toContain("VOLUMES_CINDER_AUTH_URL=https://keystone.example:5000/v3");
    expect(text).toContain("VOLUMES_CINDER_CREDENTIAL_SECRET=file:///etc/drover/volumes/credential-secret");
    expect(text).toContain("--mount=type=bind,src=/etc/drover/volumes,dst=/etc/drover/volumes,readonly");
    expect(text).not.toContain(secrets.volumeSecret);
  });

  describe("with an authority of the cloud's own", () => {
    const caFile = join(__dirname, "authority.pem");
    const own = (file: string) => {
      const settings = { ...config["drover:openstack"], caFile: file, region: "RegionOne" };
      return build("openstack", { ...config, "drover:openstack": settings });
    };

    it("says who it is to Keystone, here and on the slaves, with the authority's certificate", async () => {
      const there = await own(caFile);
      expect(there.resources.get("pulumi:providers:openstack::openstack")?.inputs).toMatchObject({
        cloud: "openstack",
        region: "RegionOne",
        cacertFile: caFile,
      });
      const text = userData(instances(there).get("slave-000"));
      expect(text).toContain("NODE_EXTRA_CA_CERTS=/etc/drover/volumes/authority.pem");
      expect(text).toContain("VOLUMES_CINDER_REGION=RegionOne");
      expect(text).toContain("the cloud's authority");
    });

    it("a file that is not there is refused before anything is made", async () => {
      await expect(own("/no/such.pem")).rejects.toThrow(
        'drover:openstack.caFile: "/no/such.pem" is not allowed; it must be: a file on this computer',
      );
    });
  });
});

describe("where a cloud has no Octavia", async () => {
  const settings = { ...config["drover:openstack"], loadBalancer: "keepalived" };
  const own = await build("openstack", { ...config, "drover:openstack": settings });

  it("the core machines hold the address of the front door in turn", () => {
    expect([...own.resources.keys()].filter((key) => key.startsWith("openstack:loadbalancer"))).toEqual([]);
    const ports = of(own, "networking/port:Port");
    expect(ports.get("front-door").fixedIps).toEqual([{ subnetId: "subnet-id", ipAddress: "10.77.0.2" }]);
    expect(of(own, "networking/floatingIp:FloatingIp").get("front-door-address").portId).toBe("front-door-id");
    const priorities = cores.map((hostname) => {
      expect(ports.get(hostname).allowedAddressPairs).toEqual([{ ipAddress: "10.77.0.2" }]);
      const text = userData(instances(own).get(hostname));
      expect(text).toContain("apt-get install -qy keepalived");
      return Number(/priority (\d+)/.exec(text)?.[1]);
    });
    expect(new Set(priorities).size).toBe(3);
    // An unhealthy machine falls below every healthy one.
    expect(Math.max(...priorities) - 100).toBeLessThan(Math.min(...priorities));
  });
});

describe("an environment that OpenStack cannot make", () => {
  it.each<[string, Record<string, unknown>, string]>([
    ["no flavours", { "drover:machines": {} }, "drover:machines.core.size: nothing is not allowed"],
    ["no resolvers", { "drover:dns": {} }, "drover:dns.forwarders: nothing is not allowed"],
    ["no registry", { "drover:registry": undefined }, "drover:registry: nothing is not allowed"],
    [
      "TLS of the shared volume",
      { "drover:sharedVolume": { tls: true } },
      "drover:sharedVolume.tls: true is not allowed",
    ],
    ["spot machines", { "drover:pools": { slave: { spot: true } } }, "drover:pools.slave.spot: true is not allowed"],
    [
      "a zone there is not",
      { "drover:pools": { slave: { zones: ["az9"] } } },
      'drover:pools.slave.zones: "az9" is not allowed',
    ],
  ])("%s", async (_what, change, message) => {
    const wrong = Object.fromEntries(
      Object.entries({ ...config, ...change }).filter(([, value]) => value !== undefined),
    );
    await expect(build("openstack", wrong)).rejects.toThrow(message);
  });
});
