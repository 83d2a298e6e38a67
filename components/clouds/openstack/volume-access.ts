import { cinderFiles } from "../../slaves/volume-driver";

/**
 * What a volume driver asks of OpenStack, as access rules of an application credential: everything else is refused.
 * `**` stands for any path, `*` for one part of it (Keystone's access rules).
 */
export const volumeAccessRules = [
  { service: "volumev3", method: "GET", path: "/v3/*/volumes" },
  { service: "volumev3", method: "GET", path: "/v3/*/volumes/**" },
  { service: "volumev3", method: "POST", path: "/v3/*/volumes" },
  { service: "volumev3", method: "POST", path: "/v3/*/volumes/*/action" },
  { service: "volumev3", method: "PUT", path: "/v3/*/volumes/*" },
  { service: "volumev3", method: "DELETE", path: "/v3/*/volumes/*" },
  { service: "volumev3", method: "GET", path: "/v3/*/snapshots/**" },
  { service: "volumev3", method: "POST", path: "/v3/*/snapshots" },
  { service: "volumev3", method: "DELETE", path: "/v3/*/snapshots/*" },
  { service: "compute", method: "GET", path: "/v2.1/servers/**" },
  { service: "compute", method: "GET", path: "/v2.1/servers/*/os-volume_attachments" },
  { service: "compute", method: "POST", path: "/v2.1/servers/*/os-volume_attachments" },
  { service: "compute", method: "DELETE", path: "/v2.1/servers/*/os-volume_attachments/*" },
];

/** A service of the cloud, as Keystone lists it. */
interface CatalogEntry {
  type: string;
  endpoints: readonly { interface: string; region: string; url: string }[];
}

/**
 * The address of Keystone's version 3, which a catalogue may name with or without the version.
 * @throws Error when the catalogue has no public one
 */
export function keystoneUrl(catalog: readonly CatalogEntry[], region?: string): string {
  const found = catalog
    .filter(({ type }) => type === "identity")
    .flatMap(({ endpoints }) => endpoints)
    .find((endpoint) => endpoint.interface === "public" && (!region || endpoint.region === region));
  if (!found) {
    const where = region ? ` in region ${region}` : "";
    throw new Error(`this cloud's catalogue has no public address of Keystone${where}: see \`openstack catalog list\``);
  }
  return `${found.url.replace(/\/(v3\/?)?$/, "")}/v3`;
}

/** What the volume driver of a slave must know to log in: the secret itself is in files that come over SSH. */
export function cinderEnv(authUrl: string, region: string | undefined, ownAuthority: boolean): Record<string, string> {
  return {
    VOLUMES_CINDER_AUTH_URL: authUrl,
    ...(region && { VOLUMES_CINDER_REGION: region }),
    VOLUMES_CINDER_CREDENTIAL_ID: `file://${cinderFiles.credentialId}`,
    VOLUMES_CINDER_CREDENTIAL_SECRET: `file://${cinderFiles.credentialSecret}`,
    ...(ownAuthority && { NODE_EXTRA_CA_CERTS: cinderFiles.authority }),
  };
}
