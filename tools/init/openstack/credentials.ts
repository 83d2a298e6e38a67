import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";

/** How to log in to Keystone. */
export interface OpenStackCredentials {
  authUrl: string;
  region?: string;
  caFile?: string;
  /** Body of `POST /v3/auth/tokens`. */
  auth: object;
}

/** What clouds.yaml and the OS_… variables call things; both have the same names. */
type Settings = Readonly<Record<string, string | undefined>>;

export const openStackHelp = `OpenStack credentials are needed, either
  - clouds.yaml with the cloud named in drover:openstack.cloud (in this folder, ~/.config/openstack or /etc/openstack), or
  - the variables of an openrc file: OS_AUTH_URL, OS_REGION_NAME and
      OS_APPLICATION_CREDENTIAL_ID, OS_APPLICATION_CREDENTIAL_SECRET, or
      OS_USERNAME, OS_PASSWORD, OS_PROJECT_NAME, OS_USER_DOMAIN_NAME, OS_PROJECT_DOMAIN_NAME.
The dashboard offers both under "API Access". The account needs the role member, and may make application credentials.`;

function fromCloudsYaml(cloud: string): Settings | undefined {
  const folders = [process.cwd(), join(homedir(), ".config", "openstack"), "/etc/openstack"];
  const file = folders.map((folder) => join(folder, "clouds.yaml")).find(existsSync);
  if (!file) return undefined;
  const all = parse(readFileSync(file, "utf8")) as {
    clouds?: Record<string, { auth?: Settings; region_name?: string; cacert?: string }>;
  } | null;
  const found = all?.clouds?.[cloud];
  if (!found)
    throw new Error(
      `${file} has no cloud ${JSON.stringify(cloud)}; it has ${Object.keys(all?.clouds ?? {}).join(", ")}`,
    );
  return { ...found.auth, region_name: found.region_name, cacert: found.cacert };
}

function fromVariables(env: NodeJS.ProcessEnv): Settings {
  const settings = Object.entries(env).filter(([name]) => name.startsWith("OS_"));
  return Object.fromEntries(settings.map(([name, value]) => [name.slice(3).toLowerCase(), value]));
}

function authBody(settings: Settings): object | undefined {
  const { application_credential_id: id, application_credential_secret: secret } = settings;
  if (id && secret) {
    return { identity: { methods: ["application_credential"], application_credential: { id, secret } } };
  }
  const { username, password, project_name: name, project_id: projectId } = settings;
  if (!username || !password || !(name || projectId)) return undefined;
  const domain = (kind: string) => ({
    ...(settings[`${kind}_domain_id`]
      ? { id: settings[`${kind}_domain_id`] }
      : { name: settings[`${kind}_domain_name`] ?? "Default" }),
  });
  const project = projectId ? { id: projectId } : { name, domain: domain("project") };
  return {
    identity: { methods: ["password"], password: { user: { name: username, password, domain: domain("user") } } },
    scope: { project },
  };
}

/**
 * Finds the credentials.
 * @param cloud name in clouds.yaml; without it the variables count
 * @throws Error that says which are needed
 */
export function findOpenStackCredentials(cloud: string | undefined, env = process.env): OpenStackCredentials {
  const settings = (cloud === undefined ? undefined : fromCloudsYaml(cloud)) ?? fromVariables(env);
  const auth = authBody(settings);
  if (!settings.auth_url || !auth) throw new Error(openStackHelp);
  return {
    authUrl: settings.auth_url.replace(/\/+$/, "").replace(/\/v3$/, ""),
    region: settings.region_name,
    caFile: settings.cacert,
    auth: { auth },
  };
}
