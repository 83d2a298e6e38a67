import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { environmentIn } from "../../system/preflight";
import { type Answer, testServer } from "../test-server";
import { checkOpenStack } from "./check";
import { findOpenStackCredentials } from "./credentials";

const environment = environmentIn("openstack", readFileSync("stacks/Pulumi.openstack.yaml", "utf8"));

const services = { compute: "/compute", volumev3: "/volume/v3/p1", network: "/network", image: "/image" };

/** A project with room for the shipped environment: 7 machines, 50 cores, 60 volumes. */
const cloud: Record<string, Answer> = {
  "POST /v3/auth/tokens": {
    status: 201,
    headers: { "x-subject-token": "token-1" },
    body: {
      token: {
        project: { id: "p1", name: "drover" },
        catalog: Object.entries(services).map(([type, path]) => ({
          type,
          endpoints: [
            { interface: "internal", region_id: "R1", url: "http://unreachable.invalid" },
            { interface: "public", region_id: "R1", url: `{url}${path}` },
          ],
        })),
      },
    },
  },
  "GET /compute/flavors/detail": {
    body: {
      flavors: [
        { name: "m1.xlarge", vcpus: 8, ram: 16384 },
        { name: "m1.large", vcpus: 4, ram: 8192 },
        { name: "m1.tiny", vcpus: 1, ram: 512 },
      ],
    },
  },
  "GET /compute/limits": {
    body: {
      limits: {
        absolute: {
          maxTotalInstances: 20,
          totalInstancesUsed: 3,
          maxTotalCores: 50,
          totalCoresUsed: 2,
          maxTotalRAMSize: -1,
          totalRAMUsed: 999_999,
        },
      },
    },
  },
  "GET /volume/v3/p1/limits": {
    body: {
      limits: {
        absolute: { maxTotalVolumes: 60, totalVolumesUsed: 0, maxTotalVolumeGigabytes: 1000, totalGigabytesUsed: 100 },
      },
    },
  },
  "GET /volume/v3/p1/types": { body: { volume_types: [{ name: "LUKS" }, { name: "fast" }] } },
  "GET /network/v2.0/quotas/p1/details": { body: { quota: { floatingip: { used: 1, limit: 10, reserved: 0 } } } },
  "GET /network/v2.0/networks": { body: { networks: [{ id: "n1" }] } },
  "GET /image/v2/images": { body: { images: [{ id: "i1" }] } },
};

const password = {
  OS_USERNAME: "me",
  OS_PASSWORD: "secret",
  OS_PROJECT_NAME: "drover",
  OS_REGION_NAME: "R1",
  OS_USER_DOMAIN_NAME: "Default",
};

async function checked(answers: Record<string, Answer>, variables: Record<string, string> = password) {
  const { url, asked } = await testServer(answers);
  const credentials = findOpenStackCredentials(undefined, { OS_AUTH_URL: `${url}/v3/`, ...variables });
  return { findings: await checkOpenStack(environment, credentials), asked };
}

it("finds room, by the token and the public endpoints of the region", async () => {
  const { findings, asked } = await checked(cloud);
  expect(findings).toEqual([
    { what: "credentials", ok: true, text: "project p1" },
    { what: "machines", ok: true, text: "7 needed, 17 of 20 free" },
    { what: "cores", ok: true, text: "37 needed, 48 of 50 free" },
    { what: "memory in MB", ok: true, text: "74240 needed, no limit" },
    { what: "volumes", ok: true, text: "10 needed, 60 of 60 free" },
    { what: "volumes in GB", ok: true, text: "608 needed, 900 of 1000 free" },
    { what: "floating addresses", ok: true, text: "2 needed, 9 of 10 free" },
    { what: "external network", ok: true, text: "public" },
    { what: "image", ok: true, text: "debian-12-genericcloud-amd64" },
  ]);
  const [login, ...rest] = asked;
  expect(JSON.parse(login?.body ?? "")).toEqual({
    auth: {
      identity: {
        methods: ["password"],
        password: { user: { name: "me", password: "secret", domain: { name: "Default" } } },
      },
      scope: { project: { name: "drover", domain: { name: "Default" } } },
    },
  });
  // It looks, and changes nothing.
  for (const { method, headers } of rest) expect([method, headers["x-auth-token"]]).toEqual(["GET", "token-1"]);
});

it("says what is missing or too small", async () => {
  const { findings } = await checked({
    ...cloud,
    "GET /compute/flavors/detail": { body: { flavors: [{ name: "m1.xlarge", vcpus: 20, ram: 1 }] } },
    "GET /volume/v3/p1/types": { body: { volume_types: [{ name: "fast" }] } },
    "GET /network/v2.0/networks": { body: { networks: [] } },
    "GET /image/v2/images": { body: { images: [] } },
  });
  expect(findings.filter(({ ok }) => !ok).map(({ what, text }) => `${what}: ${text}`)).toEqual([
    "flavour m1.tiny: this cloud has none of that name: `openstack flavor list`",
    "flavour m1.large: this cloud has none of that name: `openstack flavor list`",
    "cores: 60 needed, 48 of 50 free: ask for more, or choose less",
    "volume type LUKS: this cloud has fast",
    "external network: 0 are called public: `openstack network list --external`",
    "image: there is none called debian-12-genericcloud-amd64: `openstack image list`",
  ]);
});

it("takes an application credential", async () => {
  const { asked } = await checked(cloud, { OS_APPLICATION_CREDENTIAL_ID: "a", OS_APPLICATION_CREDENTIAL_SECRET: "s" });
  expect(JSON.parse(asked[0]?.body ?? "").auth.identity).toEqual({
    methods: ["application_credential"],
    application_credential: { id: "a", secret: "s" },
  });
});

it("says which credentials are needed when there are none, and that wrong ones are refused", async () => {
  expect(() => findOpenStackCredentials(undefined, {})).toThrow("OS_APPLICATION_CREDENTIAL_ID");
  await expect(checked({ "POST /v3/auth/tokens": { status: 401 } })).rejects.toThrow(
    /^Keystone refuses the credentials: .*\/v3\/auth\/tokens answers 401\. Check user, password and project\.$/,
  );
});
