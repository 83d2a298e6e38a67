import type { Environment } from "../../../stacks/environment";
import { get } from "../http";
import { azureNeeds } from "../needs";
import { type Finding, quota } from "../report";
import { type AzureCredentials, type AzureEndpoints, publicAzure } from "./credentials";

/** What the resource manager says of a quota. */
interface Usage {
  name: { value: string };
  currentValue: number;
  limit: number;
}

/** A size of machines in a region. */
interface Sku {
  name: string;
  resourceType: string;
  family: string;
  capabilities?: { name: string; value: string }[];
  restrictions?: { type: string; reasonCode: string }[];
}

/** Asks the resource manager about one subscription. */
type Ask = <Body>(path: string, version: string, what: string, query?: string) => Promise<Body>;

/** API versions that the answers' shapes were taken from. */
const versions = {
  subscriptions: "2022-12-01",
  compute: "2023-07-01",
  skus: "2021-07-01",
  network: "2023-09-01",
  features: "2021-07-01",
};

function sizeFindings(environment: Environment, skus: readonly Sku[], usages: readonly Usage[]): Finding[] {
  const used = (name: string) => usages.find((usage) => usage.name.value.toLowerCase() === name.toLowerCase());
  const families = new Map<string, number>();
  const found: Finding[] = [];
  let cores = 0;
  const { machines, volumes } = azureNeeds(environment);
  for (const { size, count } of machines) {
    const sku = skus.find(({ name, resourceType }) => name === size && resourceType === "virtualMachines");
    const refused = sku?.restrictions?.find(({ type }) => type === "Location");
    if (!sku || refused) {
      const why = refused ? `not for this subscription (${refused.reasonCode})` : "not in this region";
      found.push({
        what: `size ${size}`,
        ok: false,
        text: `${why}: \`az vm list-skus --location ${environment.azure?.location}\``,
      });
      continue;
    }
    const vcpus = count * Number(sku.capabilities?.find(({ name }) => name === "vCPUs")?.value ?? 0);
    cores += vcpus;
    families.set(sku.family, (families.get(sku.family) ?? 0) + vcpus);
    if (sku.capabilities?.find(({ name }) => name === "EncryptionAtHostSupported")?.value === "False") {
      found.push({ what: `size ${size}`, ok: false, text: "it cannot encrypt at its host: choose another one" });
    }
  }
  const against = (what: string, needed: number, name: string) => {
    const usage = used(name);
    return quota(what, needed, usage?.currentValue ?? 0, usage?.limit ?? -1);
  };
  return [
    ...found,
    against("cores in the region", cores, "cores"),
    ...[...families].map(([family, needed]) => against(`cores of ${family}`, needed, family)),
    against("premium disks", volumes, "PremiumDiskCount"),
  ];
}

async function addressFindings(environment: Environment, ask: Ask): Promise<Finding[]> {
  const path = `/providers/Microsoft.Network/locations/${environment.azure?.location}/usages`;
  const { value } = await ask<{ value: Usage[] }>(path, versions.network, "usage of the network");
  const usage =
    value.find(({ name }) => name.value === "StandardSkuPublicIpAddresses") ??
    value.find(({ name }) => name.value === "PublicIPAddresses");
  return [
    quota("public addresses", azureNeeds(environment).publicAddresses, usage?.currentValue ?? 0, usage?.limit ?? -1),
  ];
}

async function featureFindings(ask: Ask): Promise<Finding[]> {
  const path = "/providers/Microsoft.Features/providers/Microsoft.Compute/features/EncryptionAtHost";
  const { properties } = await ask<{ properties?: { state?: string } }>(
    path,
    versions.features,
    "features of the subscription",
  );
  const register = "az feature register --namespace Microsoft.Compute --name EncryptionAtHost";
  return [
    properties?.state === "Registered"
      ? { what: "encryption at host", ok: true, text: "switched on" }
      : { what: "encryption at host", ok: false, text: `${properties?.state ?? "unknown"}; switch it on: ${register}` },
  ];
}

/**
 * Looks at a subscription: do the credentials work, are the sizes there, is there room.
 * @throws Error when the credentials are refused or Azure does not answer
 */
export async function checkAzure(
  environment: Environment,
  { subscriptionId, token }: AzureCredentials,
  { management }: AzureEndpoints = publicAzure,
): Promise<Finding[]> {
  const ask: Ask = (path, version, what, query = "") =>
    get(
      `${management}/subscriptions/${encodeURIComponent(subscriptionId)}${path}?api-version=${version}${query}`,
      { headers: { authorization: `Bearer ${token}` } },
      what,
    );
  const location = environment.azure?.location ?? "";
  const compute = "/providers/Microsoft.Compute";
  const [subscription, skus, usages, addresses, features] = await Promise.all([
    ask<{ displayName: string; state: string }>("", versions.subscriptions, "Azure refuses the credentials"),
    ask<{ value: Sku[] }>(
      `${compute}/skus`,
      versions.skus,
      "sizes",
      `&$filter=${encodeURIComponent(`location eq '${location}'`)}`,
    ),
    ask<{ value: Usage[] }>(`${compute}/locations/${location}/usages`, versions.compute, `usage in ${location}`),
    addressFindings(environment, ask),
    featureFindings(ask),
  ]);
  return [
    {
      what: "credentials",
      ok: subscription.state === "Enabled",
      text: `${subscription.displayName}, ${subscription.state}`,
    },
    ...sizeFindings(environment, skus.value, usages.value),
    ...addresses,
    ...features,
  ];
}
