import { containersOf } from "../model/container";
import { kindOf } from "../model/kind";
import { record, text } from "../resource";
import type { ResourceRule } from "../rule";

/** name@sha256:… is one image for ever; a build of this repository is tagged with the digest of its sources. */
const byDigest = /@sha256:[0-9a-f]{64}$/;
const builtHere = /(^|\/)drover(-[a-z0-9-]+)?\/[a-z0-9-]+:[0-9a-f]{12}$/;
/** An exact tag begins with a version of at least two numbers. */
const byVersion = /:v?\d+\.\d+[A-Za-z0-9._-]*$/;

/** True when the reference names one image, not whatever is newest. */
export function isPinned(image: string): boolean {
  return byDigest.test(image) || builtHere.test(image) || byVersion.test(image);
}

function machineImage(profile: unknown): string | undefined {
  return text(record(record(record(profile).storageProfile).imageReference).version);
}

/** A machine that is made again must be the same machine. */
export const pinnedImages: ResourceRule = {
  name: "pinned-images",
  description: "Every image is named by digest, by an exact version, or built from this repository.",
  level: "mandatory",
  resource(resource, { environment }) {
    const { inputs, name } = resource;
    const versions = [machineImage(inputs), machineImage(inputs.virtualMachineProfile)];
    const floating = versions.some((version) => version === "latest");
    const remote = kindOf(resource.type) === "docker RemoteImage" ? [text(inputs.name)] : [];
    const images = [...containersOf(resource, environment).map(({ image }) => image), ...remote];
    return [
      ...(floating ? [`${name} starts from the latest machine image: name its exact version`] : []),
      ...images.flatMap((image) =>
        image === undefined || isPinned(image)
          ? []
          : [`image ${image} of ${name} is not pinned: name a digest or an exact version`],
      ),
    ];
  },
};
