import { createHash } from "node:crypto";
import * as authorization from "@pulumi/azure-native/authorization";
import * as containerregistry from "@pulumi/azure-native/containerregistry";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../../../stacks/environment";
import type { PushTarget } from "../publish";
import { resourceName } from "../settings";
import { placed, type Scope } from "./scope";

/** Azure's built-in role that may pull from a registry, the same everywhere. */
const acrPull = "7f951dda-4ed3-4680-a7ca-43fe172d538d";

/** What a volume driver does: disks and snapshots, and plugging disks in. */
const volumeActions = [
  "Microsoft.Compute/disks/read",
  "Microsoft.Compute/disks/write",
  "Microsoft.Compute/disks/delete",
  "Microsoft.Compute/snapshots/read",
  "Microsoft.Compute/snapshots/write",
  "Microsoft.Compute/snapshots/delete",
  "Microsoft.Compute/virtualMachineScaleSets/read",
  "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read",
  "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/instanceView/read",
  "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/write",
  "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/attachDetachDataDisks/action",
  "Microsoft.Compute/locations/operations/read",
  // Writing a machine names again what it is plugged into.
  "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
  "Microsoft.Network/loadBalancers/backendAddressPools/join/action",
  "Microsoft.Network/loadBalancers/probes/join/action",
  "Microsoft.Network/networkSecurityGroups/join/action",
  "Microsoft.Network/virtualNetworks/subnets/join/action",
];

export interface Identities {
  core: managedidentity.UserAssignedIdentity;
  slaves: managedidentity.UserAssignedIdentity;
}

/** One identity for each role. Core machines may do nothing but pull; slaves handle volumes, too. */
export function identities(scope: Scope): Identities {
  const identity = (part: "core" | "slaves") =>
    new managedidentity.UserAssignedIdentity(
      part,
      { ...placed(scope, part), resourceName: resourceName(scope.environment, part) },
      scope.opts,
    );
  const made = { core: identity("core"), slaves: identity("slaves") };
  allowVolumes(scope, made.slaves);
  return made;
}

/** A GUID that a text always gives: Azure names role definitions by GUIDs. */
export function guidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

/** "/subscriptions/<id>", of the id of a resource group. */
function subscriptionOf(id: string): string {
  return id.split("/").slice(0, 3).join("/");
}

function allowVolumes({ environment, group, opts }: Scope, identity: managedidentity.UserAssignedIdentity): void {
  const role = new authorization.RoleDefinition(
    "volumes",
    {
      scope: group.id,
      assignableScopes: [group.id],
      roleDefinitionId: group.id.apply((id) => guidOf(`${id} volumes`)),
      roleName: resourceName(environment, "volumes"),
      roleType: "CustomRole",
      description: "Volumes of the cluster's tasks: create, attach, detach, delete",
      permissions: [{ actions: volumeActions, notActions: [] }],
    },
    opts,
  );
  assign("slaves-volumes", { scope: group.id, roleDefinitionId: role.id, identity }, opts);
}

function assign(
  name: string,
  args: {
    scope: pulumi.Output<string>;
    roleDefinitionId: pulumi.Output<string>;
    identity: managedidentity.UserAssignedIdentity;
  },
  opts: pulumi.CustomResourceOptions,
): authorization.RoleAssignment {
  const { scope, roleDefinitionId, identity } = args;
  return new authorization.RoleAssignment(
    name,
    { scope, roleDefinitionId, principalId: identity.principalId, principalType: "ServicePrincipal" },
    opts,
  );
}

/** A registry that the stack made, and what must be there before a machine can pull from it. */
export interface OwnRegistry extends PushTarget {
  grants: authorization.RoleAssignment[];
}

/** "drover" and the environment's letters and digits, with a few of a digest, since the name is all the world's. */
export function registryName(environment: Environment): string {
  const letters = environment.name.replace(/[^a-z0-9]/gi, "").toLowerCase();
  const digest = createHash("sha256").update(`${environment.name} ${environment.domain}`).digest("hex");
  return `drover${letters.slice(0, 30)}${digest.slice(0, 8)}`;
}

/** The registry of the stack: this computer pushes with its key, machines pull as what they are. */
export function ownRegistry(scope: Scope, { core, slaves }: Identities): OwnRegistry {
  const { environment, group, opts } = scope;
  const name = registryName(environment);
  const registry = new containerregistry.Registry(
    "registry",
    { ...placed(scope, "registry"), registryName: name, sku: { name: "Basic" }, adminUserEnabled: true },
    opts,
  );
  const credentials = containerregistry.listRegistryCredentialsOutput(
    { registryName: registry.name, resourceGroupName: group.name },
    opts,
  );
  const roleDefinitionId = group.id.apply(
    (id) => `${subscriptionOf(id)}/providers/Microsoft.Authorization/roleDefinitions/${acrPull}`,
  );
  const grants = Object.entries({ core, slaves }).map(([part, identity]) =>
    assign(`${part}-pull`, { scope: registry.id, roleDefinitionId, identity }, opts),
  );
  return {
    server: `${name}.azurecr.io`,
    login: {
      username: name,
      password: pulumi.secret(credentials.apply(({ passwords }) => passwords?.[0]?.value ?? "")),
    },
    grants,
  };
}
