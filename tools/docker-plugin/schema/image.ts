import { matching } from "./rules";
import { boolean, enumeration, list, map, object, optional, required, set, string, type ValuesOf } from "./types";

const update = { change: "update" } as const;

const buildProperties = {
  addHosts: optional(set(string)),
  args: optional(map),
  builderVersion: optional(enumeration("BuilderV1", "BuilderBuildKit"), { default: "BuilderBuildKit" }),
  cacheFrom: optional(object({ images: optional(list(string)) })),
  context: optional(string, { default: "." }),
  dockerfile: optional(string),
  network: optional(string),
  platform: optional(string),
  target: optional(string),
};

/** An image that is built from a folder. */
export const imageInputs = {
  build: optional(object(buildProperties), { ...update, default: { context: ".", builderVersion: "BuilderBuildKit" } }),
  buildOnPreview: optional(boolean, {
    ...update,
    rule: (value) =>
      value ? "is not supported by Drover's stand-in: the image is built by the update; leave it out" : undefined,
  }),
  imageName: required(string, {
    ...update,
    rule: matching(/^[a-z0-9][\w./:-]*$/, "a name such as registry:5000/folder/image:tag"),
  }),
  registry: optional(
    object({ password: optional(string), server: optional(string), username: optional(string) }),
    update,
  ),
  skipPush: optional(boolean, { ...update, default: false }),
};

/** Added by the plugin, so that the next run sees that files have changed. */
export const imageDerived = { contextDigest: optional(string, update) };

export type BuildInputs = ValuesOf<typeof buildProperties>;
export type ImageInputs = ValuesOf<typeof imageInputs> & ValuesOf<typeof imageDerived>;
