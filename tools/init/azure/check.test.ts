import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { environmentIn } from "../../system/preflight";
import { type Answer, testServer } from "../test-server";
import { checkAzure } from "./check";
import { azureHelp, findAzureCredentials } from "./credentials";

const environment = environmentIn("azure", readFileSync("stacks/Pulumi.azure.yaml", "utf8"));

const compute = "/subscriptions/s1/providers/Microsoft.Compute";
const network = "/subscriptions/s1/providers/Microsoft.Network/locations/westeurope/usages";
const feature = "/subscriptions/s1/providers/Microsoft.Features/providers/Microsoft.Compute/features/EncryptionAtHost";

const size = (name: string, family: string, vcpus: number, more: object = {}) => ({
  name,
  family,
  resourceType: "virtualMachines",
  capabilities: [{ name: "vCPUs", value: String(vcpus) }],
  ...more,
});
const usage = (value: string, currentValue: number, limit: number) => ({ name: { value }, currentValue, limit });
const sizes = [
  size("Standard_D4s_v5", "standardDSv5Family", 4),
  size("Standard_D4ds_v5", "standardDDSv5Family", 4),
  size("Standard_B2ts_v2", "standardBsv2Family", 2),
];

const azure: Record<string, Answer> = {
  "POST /t1/oauth2/v2.0/token": { body: { access_token: "token-1" } },
  "GET /subscriptions/s1": { body: { displayName: "Pay as you go", state: "Enabled" } },
  [`GET ${compute}/skus`]: { body: { value: sizes } },
  [`GET ${compute}/locations/westeurope/usages`]: {
    body: {
      value: [
        usage("cores", 10, 100),
        usage("standardDSv5Family", 0, 20),
        usage("standardDDSv5Family", 4, 20),
        usage("PremiumDiskCount", 7, 50_000),
      ],
    },
  },
  [`GET ${network}`]: {
    body: { value: [usage("PublicIPAddresses", 0, 1), usage("StandardSkuPublicIpAddresses", 1, 20)] },
  },
  [`GET ${feature}`]: { body: { properties: { state: "Registered" } } },
};

const principal = { ARM_SUBSCRIPTION_ID: "s1", ARM_TENANT_ID: "t1", ARM_CLIENT_ID: "c1", ARM_CLIENT_SECRET: "x&y" };

async function checked(answers: Record<string, Answer>) {
  const { url, asked } = await testServer(answers);
  const endpoints = { login: url, management: url };
  const credentials = await findAzureCredentials(endpoints, principal);
  return { findings: await checkAzure(environment, credentials, endpoints), asked };
}

it("finds room, as a service principal", async () => {
  const { findings, asked } = await checked(azure);
  expect(findings).toEqual([
    { what: "credentials", ok: true, text: "Pay as you go, Enabled" },
    { what: "cores in the region", ok: true, text: "26 needed, 90 of 100 free" },
    { what: "cores of standardDSv5Family", ok: true, text: "12 needed, 20 of 20 free" },
    { what: "cores of standardBsv2Family", ok: true, text: "2 needed, no limit" },
    { what: "cores of standardDDSv5Family", ok: true, text: "12 needed, 16 of 20 free" },
    { what: "premium disks", ok: true, text: "3 needed, 49993 of 50000 free" },
    { what: "public addresses", ok: true, text: "3 needed, 19 of 20 free" },
    { what: "encryption at host", ok: true, text: "switched on" },
  ]);
  const [login, ...rest] = asked;
  expect(Object.fromEntries(new URLSearchParams(login?.body))).toMatchObject({
    grant_type: "client_credentials",
    client_id: "c1",
    client_secret: "x&y",
  });
  // It looks, and changes nothing.
  for (const { method, headers } of rest) expect([method, headers.authorization]).toEqual(["GET", "Bearer token-1"]);
});

it("says what is missing or too small", async () => {
  const { findings } = await checked({
    ...azure,
    [`GET ${compute}/skus`]: {
      body: {
        value: [
          size("Standard_D4s_v5", "standardDSv5Family", 40),
          size("Standard_D4ds_v5", "f", 4, {
            restrictions: [{ type: "Location", reasonCode: "NotAvailableForSubscription" }],
          }),
        ],
      },
    },
    [`GET ${feature}`]: { body: { properties: { state: "NotRegistered" } } },
  });
  expect(findings.filter(({ ok }) => !ok).map(({ what, text }) => `${what}: ${text}`)).toEqual([
    "size Standard_B2ts_v2: not in this region: `az vm list-skus --location westeurope`",
    "size Standard_D4ds_v5: not for this subscription (NotAvailableForSubscription): `az vm list-skus --location westeurope`",
    "cores in the region: 120 needed, 90 of 100 free: ask for more, or choose less",
    "cores of standardDSv5Family: 120 needed, 20 of 20 free: ask for more, or choose less",
    "encryption at host: NotRegistered; switch it on: az feature register --namespace Microsoft.Compute --name EncryptionAtHost",
  ]);
});

it("says which credentials are needed when there are none, and what Azure says of wrong ones", async () => {
  await expect(findAzureCredentials(undefined, { PATH: "/nowhere" })).rejects.toThrow(azureHelp);
  await expect(
    checked({ "POST /t1/oauth2/v2.0/token": { status: 401, body: { error: "invalid_client" } } }),
  ).rejects.toThrow(/^Azure refuses the service principal: .* answers 401: \{"error":"invalid_client"\}$/);
});
