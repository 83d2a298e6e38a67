/** Limit of one question to a registry, in milliseconds. */
const answerLimitMs = 20_000;

/** Kinds of manifests that a registry may have: an index of platforms, or one image; Docker's names and the OCI's. */
const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** An image reference, taken apart. */
export interface Reference {
  /** URL of the registry's API. */
  registry: string;
  repository: string;
  tag: string;
  /** The reference without a digest. */
  name: string;
}

/**
 * Takes "host/repository:tag[@digest]" apart as Docker does: without a host it is Docker's public registry.
 * @throws Error when there is no tag
 */
export function parseReference(text: string): Reference {
  const [name = ""] = text.split("@");
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const hosted = /[.:]/.test(first) || first === "localhost";
  const path = hosted ? name.slice(slash + 1) : name;
  const colon = path.lastIndexOf(":");
  if (colon < 0) throw new Error(`${text} names no tag`);
  const repository = path.slice(0, colon);
  const scheme = /^(localhost|127\.)/.test(first) ? "http" : "https";
  return {
    registry: hosted ? `${scheme}://${first}` : "https://registry-1.docker.io",
    repository: hosted || repository.includes("/") ? repository : `library/${repository}`,
    tag: path.slice(colon + 1),
    name,
  };
}

/** The parts of `Bearer realm="…",service="…"`. */
function challenge(header: string): Record<string, string> {
  return Object.fromEntries([...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]));
}

/** A token for reading a repository, from where the registry says that one is given. */
async function tokenFrom(header: string, repository: string): Promise<string> {
  const { realm = "", service = "" } = challenge(header);
  const url = new URL(realm);
  url.searchParams.set("service", service);
  url.searchParams.set("scope", `repository:${repository}:pull`);
  const answer = await fetch(url, { signal: AbortSignal.timeout(answerLimitMs) });
  if (!answer.ok) throw new Error(`${url.host} gives no token: it answers ${answer.status}`);
  const { token, access_token } = (await answer.json()) as { token?: string; access_token?: string };
  return token ?? access_token ?? "";
}

/**
 * The reference with the digest that its tag has now: `name:tag@sha256:…`.
 * @throws Error that names the reference and what the registry said
 */
export async function pinned(text: string): Promise<string> {
  const { registry, repository, tag, name } = parseReference(text);
  const url = `${registry}/v2/${repository}/manifests/${tag}`;
  const ask = (headers: Record<string, string>) =>
    fetch(url, {
      method: "HEAD",
      headers: { accept: manifestTypes, ...headers },
      signal: AbortSignal.timeout(answerLimitMs),
    });
  try {
    let answer = await ask({});
    const asked = answer.headers.get("www-authenticate");
    if (answer.status === 401 && asked)
      answer = await ask({ authorization: `Bearer ${await tokenFrom(asked, repository)}` });
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
    const digest = answer.headers.get("docker-content-digest") ?? "";
    if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`${url} names no digest`);
    return `${name}@${digest}`;
  } catch (error) {
    const cause = (error as { cause?: Error }).cause?.message;
    throw new Error(`${name} cannot be pinned: ${(error as Error).message}${cause ? ` (${cause})` : ""}`);
  }
}
