import { engineMessage } from "../host/engine-errors";
import { follow } from "../host/progress";
import type { Operation } from "../resources/resource";
import type { ImageInputs } from "../schema/image";

/** Pushes the image to its registry. Throws with what to do when the registry does not take it. */
export async function pushImage(operation: Operation, { imageName, registry }: ImageInputs): Promise<void> {
  const { docker } = operation.connection;
  const authconfig = {
    username: registry?.username ?? "",
    password: registry?.password ?? "",
    serveraddress: registry?.server ?? "",
  };
  try {
    operation.log("status", `pushing ${imageName}`);
    const stream = await docker.getImage(repository(imageName)).push({ authconfig, tag: tag(imageName) });
    await follow(stream);
  } catch (error) {
    throw new Error(
      `image ${imageName} was built on ${operation.host}, but its registry does not take it: ${engineMessage(error)}; check the name and \`registry\`, or set \`skipPush: true\` to keep the image on that host`,
    );
  }
}

/** The image's name without its tag. */
export function repository(imageName: string): string {
  return imageName.replace(/:[^/:]+$/, "");
}

function tag(imageName: string): string {
  return /:([^/:]+)$/.exec(imageName)?.[1] ?? "latest";
}

/** The registry that a name points to: its first part when that looks like a host, else Docker Hub. */
export function registryServer(imageName: string): string {
  const [first = "", ...rest] = imageName.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : "docker.io";
}
