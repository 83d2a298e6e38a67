import { describe, expect, it } from "vitest";
import { type Built, build, secrets, shipped } from "./program";

/** The inputs of one resource, as loosely as JSON is. */
// biome-ignore lint/suspicious/noExplicitAny: the inputs of forty resource types are read here and there
type Inputs = any;

const one = ({ resources }: Built, type: string, name: string): Inputs => {
  const found = resources.get(`azure-native:${type}::${name}`);
  if (!found) throw new Error(`there is no ${type} ${name}`);
  return found.inputs;
};
const all = ({ resources }: Built, type: string): Inputs[] =>
  [...resources.values()].filter((resource) => resource.type === `azure-native:${type}`).map(({ inputs }) => inputs);
const userData = (customData: string) => Buffer.from(customData, "base64").toString();

describe.each(["azure", "azure-test"])("%s", async (stack) => {
  const config = shipped(stack) as Record<string, Inputs>;
  const built = await build(stack);
  const cores = Object.entries(config["drover:core"]) as [string, { zone: string }][];

  it("has a machine in each zone that is asked for, with its data disk in the same zone", () => {
    for (const [hostname, { zone }] of cores) {
      const machine = one(built, "compute:VirtualMachine", hostname);
      expect(machine.zones).toEqual([zone]);
      expect(machine.storageProfile.dataDisks).toEqual([
        expect.objectContaining({
          lun: 0,
          createOption: "Attach",
          deleteOption: "Detach",
          managedDisk: { id: `${hostname}-data-id` },
        }),
      ]);
      expect(one(built, "compute:Disk", `${hostname}-data`)).toMatchObject({
        zones: [zone],
        sku: { name: "Premium_LRS" },
      });
    }
    expect(new Set(cores.map(([, { zone }]) => zone)).size).toBe(Math.min(3, cores.length));
  });

  it("has no password login, encrypts on the host, keeps the console, and boots an exact image", () => {
    const machines = [
      ...all(built, "compute:VirtualMachine"),
      ...all(built, "compute:VirtualMachineScaleSet").map(({ virtualMachineProfile }) => virtualMachineProfile),
    ];
    expect(machines.length).toBe(cores.length + 2);
    for (const machine of machines) {
      expect(machine.osProfile.adminPassword).toBeUndefined();
      expect(machine.osProfile.linuxConfiguration.disablePasswordAuthentication).toBe(true);
      expect(machine.securityProfile.encryptionAtHost).toBe(true);
      expect(machine.diagnosticsProfile.bootDiagnostics.enabled).toBe(true);
      expect(machine.storageProfile.imageReference).toMatchObject({ publisher: "Debian", offer: "debian-12" });
      expect(machine.storageProfile.imageReference.version).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  it("opens the front door to its users, SSH to listed networks, and nothing else", () => {
    const rules = all(built, "network:NetworkSecurityGroup").flatMap(({ securityRules }) => securityRules);
    expect(rules.map((rule) => [rule.name, rule.destinationPortRanges]).sort()).toEqual([
      ["front-door", ["80", "443"]],
      ["ssh", ["22"]],
    ]);
    const ssh = rules.find(({ name }) => name === "ssh");
    expect(ssh.sourceAddressPrefixes).toEqual(config["drover:access"].sshFrom);
    expect(ssh.sourceAddressPrefix).toBeUndefined();
    for (const subnet of one(built, "network:VirtualNetwork", "network").subnets) {
      expect(subnet.networkSecurityGroup.id, subnet.name).toMatch(/-access-id$/);
      expect(subnet.defaultOutboundAccess).toBe(false);
    }
  });

  it("gives public addresses to the NAT gateway, the front door and the bastion only", () => {
    expect(
      all(built, "network:PublicIPAddress")
        .map(({ publicIpAddressName }) => publicIpAddressName)
        .sort(),
    ).toEqual(["bastion", "front-door", "nat"].map((part) => `drover-${stack}-${part}`));
    const nics = all(built, "network:NetworkInterface").filter((nic) => nic.ipConfigurations[0].publicIPAddress);
    expect(nics.map(({ networkInterfaceName }) => networkInterfaceName)).toEqual([`drover-${stack}-bastion`]);
  });

  it("asks the front proxies for their health before it sends anyone there", () => {
    const balancer = one(built, "network:LoadBalancer", "front-door");
    expect(balancer.probes).toEqual([
      expect.objectContaining({ protocol: "Http", port: 80, requestPath: "/_drover/health" }),
    ]);
    const id = `group-id/providers/Microsoft.Network/loadBalancers/drover-${stack}-front-door`;
    for (const rule of balancer.loadBalancingRules) {
      expect(rule.probe.id).toBe(`${id}/probes/health`);
      expect(rule.frontendIPConfiguration.id).toBe(`${id}/frontendIPConfigurations/front`);
      expect(rule.backendAddressPool.id).toBe(`${id}/backendAddressPools/members`);
    }
    for (const [hostname] of cores) {
      expect(
        one(built, "network:NetworkInterface", hostname).ipConfigurations[0].loadBalancerBackendAddressPools,
      ).toEqual([{ id: "front-door-id/backendAddressPools/members" }]);
    }
  });

  it("has slaves as a scale set of that many, repaired by a probe, told before they go, without a disk of their own", () => {
    const set = one(built, "compute:VirtualMachineScaleSet", "pool-slave");
    expect(set.sku.capacity).toBe(Number(config["drover:slaves"]));
    expect(set.zones).toEqual(["1", "2", "3"]);
    expect(set.automaticRepairsPolicy.enabled).toBe(true);
    const { networkProfile, scheduledEventsProfile, storageProfile, priority } = set.virtualMachineProfile;
    expect(networkProfile.healthProbe.id).toBe("slaves-id/probes/health");
    expect(scheduledEventsProfile.terminateNotificationProfile.enable).toBe(true);
    expect(storageProfile.osDisk.diffDiskSettings).toEqual({ option: "Local", placement: "ResourceDisk" });
    expect(priority).toBe(stack === "azure-test" ? "Spot" : undefined);
  });

  it("lets a slave find out at boot what it is called, where it is, and its address", () => {
    const set = one(built, "compute:VirtualMachineScaleSet", "pool-slave");
    const text = userData(set.virtualMachineProfile.osProfile.customData);
    expect(text).toContain("MESOS_IP=@ADDRESS@");
    expect(text).toMatch(/sed -i "s\/@HOSTNAME@\/\$\(hostname\)\/g; .*\/etc\/drover\/mesos-agent\.env/);
    expect(text).not.toMatch(/^hostname:/m);
  });

  it("lets identities do what their role needs: pull images, and handle volumes on slaves", () => {
    const grants = all(built, "authorization:RoleAssignment").map(
      ({ principalId, scope }) => `${principalId} ${scope}`,
    );
    expect(grants.sort()).toEqual(
      ["core-principal registry-id", "slaves-principal group-id", "slaves-principal registry-id"].sort(),
    );
    const [role] = all(built, "authorization:RoleDefinition");
    expect(role.assignableScopes).toEqual(["group-id"]);
    expect(JSON.stringify(role.permissions)).not.toContain("*");
  });

  it("pushes Drover's own images to its registry and pulls them from there, as the machine's identity", () => {
    const pushed = [...built.resources.values()].filter(({ type }) => type === "docker:index/image:Image");
    expect(pushed.map(({ name }) => name).sort()).toEqual([
      "image-bind",
      "image-config-server",
      "image-edge",
      "image-volumes",
    ]);
    const [{ registryName }] = all(built, "containerregistry:Registry");
    for (const image of pushed) {
      expect(image.inputs.imageName).toMatch(new RegExp(`^${registryName}\\.azurecr\\.io/drover/`));
      expect(JSON.stringify(image.inputs.registry)).toContain(secrets.registryPassword);
    }
    const text = userData(
      one(built, "compute:VirtualMachineScaleSet", "pool-slave").virtualMachineProfile.osProfile.customData,
    );
    expect(text).toContain(`${registryName}.azurecr.io/drover/edge:0123456789ab`);
    expect(text).toContain("client_id=slaves-client");
  });

  it("tags everything that can carry a tag", () => {
    const without = [...built.resources.values()].filter(
      ({ type, inputs }) =>
        type.startsWith("azure-native:") && !type.startsWith("azure-native:authorization:") && !inputs.tags,
    );
    expect(without.map(({ name }) => name)).toEqual([]);
    for (const { inputs } of built.resources.values()) {
      if (inputs.tags) expect(inputs.tags).toMatchObject({ "drover.stack": stack });
    }
  });

  it("reaches core machines through the bastion, and says where it is", () => {
    expect(built.outputs.frontDoorAddress).toBe("198.51.100.2");
    expect(built.outputs.bastion).toEqual({ hostname: "bastion", address: "198.51.100.1", instance: "bastion-id" });
    const ready = built.resources.get("drover:index:MachineReady::ready-ops100")?.inputs.machine as Inputs;
    expect(ready.bastion).toMatchObject({ hostname: "bastion", address: "198.51.100.1" });
    const options = built.resources.get("pulumi:providers:docker::ops100")?.inputs.sshOpts as string;
    expect(JSON.stringify(options)).toMatch(/ProxyCommand=ssh .*-W %h:%p drover@198\.51\.100\.1/);
  });
});

describe("an environment that Azure cannot make", () => {
  const azure = shipped("azure") as Record<string, Inputs>;
  it.each<[string, Record<string, unknown>, string]>([
    ["no section", { "drover:azure": undefined }, "drover:azure: nothing is not allowed"],
    ["nobody who may log in", { "drover:access": {} }, "drover:access.sshFrom: nothing is not allowed"],
    [
      "TLS of the shared volume",
      { "drover:sharedVolume": { tls: true } },
      "drover:sharedVolume.tls: true is not allowed",
    ],
    [
      "SSH from everywhere",
      { "drover:access": { sshFrom: ["0.0.0.0/0"] } },
      "drover:access.sshFrom: 0.0.0.0/0 is not allowed",
    ],
    [
      "a zone there is not",
      { "drover:core": { a: { id: 1, zone: "4" } } },
      'drover:core.a.zone: "4" is not allowed; it must be: one of 1, 2, 3',
    ],
    [
      "two core machines in one zone",
      { "drover:core": { a: { id: 1, zone: "1" }, b: { id: 2, zone: "1" }, c: { id: 3, zone: "2" } } },
      "drover:core: the machines are in 2 of 3 zones; no two may share one",
    ],
    [
      "more slaves than half the network",
      { "drover:slaves": 124, "drover:network": { subnet: "10.77.0.0/24" } },
      "slaves have half of it, 123 addresses",
    ],
    [
      "an image that moves",
      { "drover:azure": { ...azure["drover:azure"], image: { version: "latest" } } },
      "an exact version, not latest",
    ],
    ["production that may be torn down", { "drover:purpose": "test" }, 'drover:purpose: "test" is not allowed in prod'],
  ])("%s", async (_what, change, message) => {
    const config = Object.fromEntries(
      Object.entries({ ...azure, ...change }).filter(([, value]) => value !== undefined),
    );
    await expect(build("prod", config)).rejects.toThrow(message);
  });
});

it("a region without zones gets an availability set, and machines no zone", async () => {
  const azure = shipped("azure") as Record<string, Inputs>;
  const core = { ops100: { id: 1 }, ops110: { id: 2 }, ops120: { id: 3 } };
  const built = await build("azure", {
    ...azure,
    "drover:core": core,
    "drover:azure": { ...azure["drover:azure"], zones: [] },
  });
  for (const hostname of Object.keys(core)) {
    expect(one(built, "compute:VirtualMachine", hostname)).toMatchObject({ availabilitySet: { id: "core-id" } });
    expect(one(built, "compute:VirtualMachine", hostname).zones).toBeUndefined();
  }
  expect(one(built, "compute:VirtualMachineScaleSet", "pool-slave").platformFaultDomainCount).toBe(5);
});
