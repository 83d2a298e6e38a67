import { join } from "node:path";
import { readJson } from "../checkpoint/files";
import type { RegistryAuth } from "./engine";

const DOCKER_HUB = "https://index.docker.io/v1/";

/** Docker's client configuration (flag docker_config, `.docker/config.json`), as far as it names credentials. */
export interface DockerConfig {
  auths?: Record<string, { auth?: string }>;
}

/**
 * The configuration to pull with: a task may bring one in its sandbox (as `.docker/config.json` or in the old form
 * `.dockercfg`, usually through a URI), else the agent's is taken.
 */
export function sandboxConfig(sandbox: string): DockerConfig | undefined {
  const old = readJson<DockerConfig["auths"]>(join(sandbox, ".dockercfg"));
  return readJson<DockerConfig>(join(sandbox, ".docker", "config.json")) ?? (old && { auths: old });
}

/** Credentials for an image; undefined when the configuration has none for its registry. */
export function registryAuth(image: string, config: DockerConfig | undefined): RegistryAuth | undefined {
  const registry = registryOf(image);
  const entry = Object.entries(config?.auths ?? {}).find(([server]) => hostOf(server) === hostOf(registry));
  const pair = Buffer.from(entry?.[1].auth ?? "", "base64").toString("utf8");
  const colon = pair.indexOf(":");
  if (entry === undefined || colon === -1) {
    return undefined;
  }
  return { username: pair.slice(0, colon), password: pair.slice(colon + 1), serveraddress: entry[0] };
}

/** The first part of an image name is a registry when it looks like a host: a dot, a port or `localhost`. */
function registryOf(image: string): string {
  const first = image.split("/")[0] ?? "";
  return image.includes("/") && /[.:]|^localhost$/.test(first) ? first : DOCKER_HUB;
}

function hostOf(server: string): string {
  return server.replace(/^https?:\/\//, "").split("/")[0] ?? "";
}
