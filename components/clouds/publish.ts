import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { LocalSetUp } from "../images";

/** A registry and who may push to it. */
export interface PushTarget {
  /** Host, port and path. */
  server: string;
  /** Default: what `docker login` left on this computer. */
  login?: { username: pulumi.Input<string>; password: pulumi.Input<string> };
}

/** Builds nothing: gives an image that is here another name, under which it can be pushed. */
const context = "images/published";

/**
 * Pushes images of this computer to a registry, and gives the set-up with the references that they have there.
 * @param images references on this computer
 */
export function publishImages(
  local: LocalSetUp,
  images: readonly string[],
  target: PushTarget,
  opts: pulumi.CustomResourceOptions,
): { local: LocalSetUp; pushed: docker.Image[] } {
  const wanted = Object.entries(local.images).filter(([, image]) => images.includes(image));
  const references = Object.fromEntries(wanted.map(([name, image]) => [name, `${target.server}/${image}`]));
  const pushed = wanted.map(
    ([name, image]) =>
      new docker.Image(
        `image-${name}`,
        {
          imageName: `${target.server}/${image}`,
          build: { context, args: { IMAGE: image }, builderVersion: docker.BuilderVersion.BuilderV1 },
          registry: target.login && {
            server: target.server,
            username: target.login.username,
            password: pulumi.secret(target.login.password),
          },
        },
        opts,
      ),
  );
  return { local: { ...local, images: { ...local.images, ...references } }, pushed };
}
