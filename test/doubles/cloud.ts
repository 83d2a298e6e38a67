import { createHash } from "node:crypto";

type Properties = Readonly<Record<string, unknown>>;

/** What a resource's provider adds to its inputs. */
type Computed = (inputs: Properties, name: string) => Record<string, unknown>;

/** An address that depends on the name alone. */
function addressOf(name: string): string {
  const [first = 0, second = 0] = createHash("sha256").update(name).digest();
  return `198.51.${first % 100}.${second}`;
}

/** A plugin's outputs beside the inputs, by the type's last two parts; the rest have none that the program reads. */
const computed: Readonly<Record<string, Computed>> = {
  "drover:index:Identity": () => ({
    caCertificate: "CA certificate",
    caKey: "double-ca-key-0123456789",
    serverCertificate: "server certificate",
    serverKey: "double-server-key-0123456789",
    serverNotAfter: "2099-01-01T00:00:00Z",
    sshPublicKey: "ssh-ed25519 AAAA double",
    sshPrivateKey: "double-ssh-key-0123456789",
    username: "admin",
    password: "double-password-0123456789",
  }),
  "drover:index:ClusterReady": () => ({ waitedSeconds: 1 }),
  "docker:index/volume:Volume": ({ name }) => ({ mountpoint: `/var/lib/docker/volumes/${String(name)}/_data` }),
  "docker:index/image:Image": ({ imageName }) => ({ repoDigest: `${String(imageName)}@sha256:${"0".repeat(64)}` }),
  "openstack:networking/floatingIp:FloatingIp": (_inputs, name) => ({ address: addressOf(name) }),
  "openstack:loadbalancer/loadBalancer:LoadBalancer": (_inputs, name) => ({ vipPortId: `${name}-port` }),
  "openstack:identity/applicationCredential:ApplicationCredential": () => ({ secret: "double-credential-0123456789" }),
  "azure-native:network:PublicIPAddress": (_inputs, name) => ({ ipAddress: addressOf(name) }),
  "azure-native:containerregistry:Registry": ({ registryName }) => ({
    loginServer: `${String(registryName)}.azurecr.io`,
  }),
  "azure-native:compute:VirtualMachine": (_inputs, name) => ({ vmId: `${name}-vm` }),
  "azure-native:compute:VirtualMachineScaleSet": (_inputs, name) => ({ uniqueId: `${name}-unique` }),
  "azure-native:managedidentity:UserAssignedIdentity": (_inputs, name) => ({
    principalId: `${name}-principal`,
    clientId: `${name}-client`,
  }),
};

/** Inputs whose change makes a resource anew, where the program depends on it. */
const replacing: Readonly<Record<string, readonly string[]>> = {
  "openstack:compute/instance:Instance": ["userData", "imageId", "availabilityZone", "name", "keyPair", "blockDevices"],
  "openstack:blockstorage/volume:Volume": ["volumeType", "availabilityZone"],
  "docker:index/container:Container": ["image", "envs", "command", "uploads", "name"],
};

/** What functions of the SDKs answer. */
const functions: Readonly<Record<string, (args: Properties) => Record<string, unknown>>> = {
  "openstack:networking/getNetwork:getNetwork": ({ name }) => ({ id: `${String(name)}-id`, name }),
  "openstack:images/getImage:getImage": ({ name }) => ({ id: `${String(name)}-id`, name }),
  "openstack:identity/getAuthScope:getAuthScope": () => ({
    serviceCatalogs: [
      {
        type: "identity",
        endpoints: [{ interface: "public", region: "RegionOne", url: "https://keystone.example:5000" }],
      },
    ],
  }),
  "azure-native:containerregistry:listRegistryCredentials": ({ registryName }) => ({
    username: String(registryName),
    passwords: [{ name: "password", value: "double-registry-password-0123456789" }],
  }),
  "azure-native:authorization:getClientConfig": () => ({
    subscriptionId: "00000000-0000-0000-0000-000000000000",
    tenantId: "00000000-0000-0000-0000-000000000001",
    clientId: "00000000-0000-0000-0000-000000000002",
    objectId: "00000000-0000-0000-0000-000000000003",
  }),
};

const subscription = "/subscriptions/00000000-0000-0000-0000-000000000000";

/** An id as the resource's cloud makes them: programs take Azure's apart. */
export function idOf(type: string, name: string, suffix: string): string {
  const [sdk = "", module = "", kind = ""] = type.split(":");
  if (sdk !== "azure-native") return `${name}-${suffix}`;
  const group = `${subscription}/resourceGroups/double`;
  return kind === "ResourceGroup" ? group : `${group}/providers/Microsoft.${module}/${kind}/${name}-${suffix}`;
}

export function computedOutputs(type: string, inputs: Properties, name: string): Record<string, unknown> {
  return computed[type]?.(inputs, name) ?? {};
}

export function replacedBy(type: string, changes: readonly string[]): string[] {
  return changes.filter((key) => replacing[type]?.includes(key));
}

/** @throws Error for a function that the program did not call when this was written */
export function answerOf(token: string, args: Properties): Record<string, unknown> {
  const answer = functions[token];
  if (!answer) throw new Error(`the double has no answer for ${token}: give it one in test/doubles/cloud.ts`);
  return answer(args);
}
