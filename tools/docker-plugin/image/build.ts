import type { ImageBuildOptions } from "dockerode";
import { engineMessage } from "../host/engine-errors";
import { follow } from "../host/progress";
import { requestBody } from "../host/request-body";
import type { Operation } from "../resources/resource";
import type { BuildInputs, ImageInputs } from "../schema/image";
import { type BuildMessage, logLines } from "./build-log";
import { archive, type BuildContext } from "./context";

/** How many lines of a failed build's log go into the error. */
const LOG_LINES = 30;

/** Builds the image and gives it its name. Throws with the end of the build's log when it fails. */
export async function buildImage(operation: Operation, inputs: ImageInputs, context: BuildContext): Promise<void> {
  const { docker } = operation.connection;
  const log: string[] = [];
  try {
    const options = requestBody(
      {},
      buildOptions(inputs.imageName, inputs.build ?? {}, context) as Record<string, string>,
    );
    const stream = await docker.buildImage(archive(context), options);
    await follow<BuildMessage>(stream, (message) => {
      const lines = logLines(message);
      log.push(...lines);
      const last = lines.at(-1);
      if (last !== undefined) operation.log("status", last);
    });
  } catch (error) {
    const end = log.length === 0 ? "" : `; the end of the build's log:\n${log.slice(-LOG_LINES).join("\n")}`;
    throw new Error(
      `cannot build image ${inputs.imageName} on ${operation.host} from ${context.directory}: ${engineMessage(error)}${end}`,
    );
  }
}

/** The build's parameters in the words of the engine's API. */
export function buildOptions(imageName: string, build: BuildInputs, context: BuildContext): ImageBuildOptions {
  return {
    t: imageName,
    dockerfile: context.dockerfile,
    // The classic builder is version 1 of the API's builders, BuildKit version 2.
    version: build.builderVersion === "BuilderV1" ? "1" : "2",
    rm: true,
    ...(build.args === undefined ? {} : { buildargs: build.args }),
    ...(build.cacheFrom?.images === undefined ? {} : { cachefrom: JSON.stringify(build.cacheFrom.images) }),
    ...(build.addHosts === undefined ? {} : { extrahosts: build.addHosts.join() }),
    ...(build.network === undefined ? {} : { networkmode: build.network }),
    ...(build.platform === undefined ? {} : { platform: build.platform }),
    ...(build.target === undefined ? {} : { target: build.target }),
  };
}
