import type { Environment } from "../stacks/environment";
import { type ServiceName, serviceNames } from "../stacks/schema";
import published from "./upstream-images.json";

/** What set-up found and made on this computer; tools/steps/images.ts writes it. */
export interface LocalSetUp {
  /** Digest of the sources that the images were made from. */
  sources: string;
  /** Volume that local machines start their image store from. */
  store: string;
  /** 1 or 2: which control-group hierarchy the Docker engine uses. */
  cgroupVersion: 1 | 2;
  /** Reference of every image built here, by name. */
  images: Readonly<Record<string, string>>;
}

/** Images that others publish, at exact tags; `npm run images -- pin` adds their digests. */
const upstream: Readonly<Partial<Record<ServiceName, string>>> = published;

/**
 * The image of a service: the environment's own choice, else upstream's where the engine is upstream and someone
 * publishes one, else the one built here.
 * @throws Error when there is none
 */
export function imageOf(service: ServiceName, environment: Environment, local: LocalSetUp): string {
  const theirs = environment.engine === "upstream" ? upstream[service] : undefined;
  const image = environment.images[service] ?? theirs ?? local.images[service];
  if (!image)
    throw new Error(`there is no image for ${service}; run \`npm run setup\`, or set drover:images.${service}`);
  return image;
}

/** Those of the environment's images that were built on this computer. */
export function builtImages(environment: Environment, local: LocalSetUp): string[] {
  const built = new Set(Object.values(local.images));
  return serviceNames.map((service) => imageOf(service, environment, local)).filter((image) => built.has(image));
}
