import type Docker from "dockerode";
import { engineMessage, unlessMissing } from "../host/engine-errors";
import { follow } from "../host/progress";

/** The id of the image that a name or id stands for on this engine, or undefined when it is not there. */
export async function imageId(docker: Docker, image: string): Promise<string | undefined> {
  return (await unlessMissing(docker.getImage(image).inspect()))?.Id;
}

/** The id of an image, which is pulled when the engine does not have it. */
export async function ensureImage(
  docker: Docker,
  image: string,
  platform: string | undefined,
  host: string,
): Promise<string> {
  const present = await imageId(docker, image);
  if (present !== undefined) return present;
  if (/^(sha256:)?[0-9a-f]{64}$/.test(image))
    throw new Error(`image ${image} is not on ${host}, and an id cannot be pulled: build or load it there first`);
  await pull(docker, image, platform, host);
  const pulled = await imageId(docker, image);
  if (pulled === undefined) throw new Error(`image ${image} was pulled on ${host}, but is not there under that name`);
  return pulled;
}

/** Pulls an image from its registry. `latest` where the name has neither tag nor digest. */
export async function pull(docker: Docker, image: string, platform: string | undefined, host: string): Promise<void> {
  const name = /[:@][^/]*$/.test(image) ? image : `${image}:latest`;
  try {
    const progress = await docker.pull(name, platform === undefined ? {} : { platform });
    await follow(progress);
  } catch (error) {
    throw new Error(
      `image ${image} is not on ${host} and cannot be pulled: ${engineMessage(error)}; build or load it there, or correct the name`,
    );
  }
}
