import type Docker from "dockerode";
import { ensureImage } from "../container/image";
import { explain, unlessMissing } from "../host/engine-errors";
import { type RemoteImageInputs, remoteImageInputs } from "../schema/remote-image";
import type { ResourceType } from "./resource";

export const remoteImage: ResourceType<RemoteImageInputs> = {
  inputs: remoteImageInputs,
  autoNamed: false,
  neverTwice: true,
  computed: ["imageId", "repoDigest"],

  async create({ connection: { docker }, host }, inputs) {
    const imageId = await ensureImage(docker, inputs.name, inputs.platform, host);
    return { id: `${imageId}${inputs.name}`, inputs, outputs: { ...inputs, ...(await found(docker, inputs.name)) } };
  },

  async read({ connection: { docker } }, id, inputs) {
    const name = inputs.name ?? id.replace(/^sha256:[0-9a-f]{64}/, "");
    const image = await found(docker, name);
    const current = { ...inputs, name };
    return image && { id, inputs: current, outputs: { ...current, ...image } };
  },

  async update({ connection: { docker } }, _id, _olds, news) {
    return { ...news, ...(await found(docker, news.name)) };
  },

  async delete({ connection: { docker }, host }, _id, { name, keepLocally, forceRemove }) {
    if (keepLocally === true) return;
    try {
      await unlessMissing(docker.getImage(name).remove({ force: forceRemove === true }));
    } catch (error) {
      throw explain(`cannot remove image ${name} (\`keepLocally: true\` leaves it there)`, host, error);
    }
  },
};

async function found(docker: Docker, name: string): Promise<{ imageId: string; repoDigest: string } | undefined> {
  const info = await unlessMissing(docker.getImage(name).inspect());
  return info && { imageId: info.Id, repoDigest: info.RepoDigests?.[0] ?? "" };
}
