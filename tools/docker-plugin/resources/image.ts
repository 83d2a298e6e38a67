import { join } from "node:path";
import type Docker from "dockerode";
import { unlessMissing } from "../host/engine-errors";
import { buildImage } from "../image/build";
import { contextDigest, readContext } from "../image/context";
import { pushImage, registryServer, repository } from "../image/push";
import { type BuildInputs, type ImageInputs, imageDerived, imageInputs } from "../schema/image";
import { hasUnknown, UNKNOWN } from "../server/values";
import type { Operation, ResourceType } from "./resource";

export const image: ResourceType<ImageInputs> = {
  inputs: imageInputs,
  derived: imageDerived,
  autoNamed: false,
  computed: ["baseImageName", "context", "dockerfile", "platform", "registryServer", "repoDigest"],

  async complete(inputs) {
    if (hasUnknown(inputs.build)) return { ...inputs, contextDigest: UNKNOWN };
    try {
      return { ...inputs, contextDigest: await contextDigest(await readContext(inputs.build as BuildInputs)) };
    } catch (error) {
      return [{ property: "build", reason: (error as Error).message }];
    }
  },

  async create(operation, inputs) {
    return { id: inputs.imageName, inputs, outputs: await make(operation, inputs) };
  },

  async read({ connection: { docker } }, id, inputs, previous) {
    const info = await unlessMissing(docker.getImage(inputs.imageName ?? id).inspect());
    if (info === undefined) return undefined;
    const { repoDigest } = previous as { repoDigest?: string };
    // Another image has the name now: it is built again, as if its files had changed.
    const same = repoDigest === undefined || info.Id === repoDigest || (info.RepoDigests ?? []).includes(repoDigest);
    return { id, inputs: same ? inputs : { ...inputs, contextDigest: "" }, outputs: previous };
  },

  async update(operation, _id, _olds, news) {
    return make(operation, news);
  },

  // As with the official plugin, the image stays: containers may have been made from it elsewhere.
  async delete() {},
};

/** Builds the image, pushes it unless that is switched off, and tells its digest. */
async function make(operation: Operation, inputs: ImageInputs): Promise<object> {
  const { docker } = operation.connection;
  const { imageName, build } = inputs;
  const context = await readContext(build ?? {});
  await buildImage(operation, inputs, context);
  if (inputs.skipPush !== true) await pushImage(operation, inputs);
  return {
    ...inputs,
    baseImageName: imageName,
    context: build?.context ?? ".",
    dockerfile: build?.dockerfile ?? join(build?.context ?? ".", "Dockerfile"),
    registryServer: inputs.registry?.server ?? registryServer(imageName),
    ...(await builtImage(docker, imageName)),
  };
}

/** The digest of a pushed image, the id of one that is only here; and the platform it was built for. */
async function builtImage(docker: Docker, imageName: string): Promise<{ repoDigest: string; platform: string }> {
  const { Id, RepoDigests, Os, Architecture } = await docker.getImage(imageName).inspect();
  const pushed = (RepoDigests ?? []).find((digest) => digest.startsWith(`${repository(imageName)}@`));
  return { repoDigest: pushed ?? Id, platform: `${Os}/${Architecture}` };
}
