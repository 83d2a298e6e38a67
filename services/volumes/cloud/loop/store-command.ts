import { BadRequest } from "../../bad-request";
import { parseCreateOptions } from "../../create-options";
import { canonicalName } from "../../volume-name";
import type { Backend, CloudVolume, VolumeSpec } from "../backend";

const usage =
  "store make <volume> size=<GB> [fs=<file system>] [type=<type>] | store show <volume> | store remove <volume>";

/** Makes a volume, or makes the one that is there as large. @throws BadRequest when it is there as something else */
async function make(backend: Backend, spec: VolumeSpec): Promise<void> {
  backend.check(spec);
  const found = await backend.find(spec.name);
  if (!found) {
    await backend.create(spec);
    return;
  }
  if (found.fs !== spec.fs)
    throw new BadRequest(`volume ${spec.name} is there already, with ${found.fs}, not ${spec.fs}`);
  if (found.sizeGb > spec.sizeGb) {
    throw new BadRequest(`volume ${spec.name} has ${found.sizeGb} GB: it can only grow, not become ${spec.sizeGb} GB`);
  }
  if (found.sizeGb < spec.sizeGb) await backend.grow(found, spec.sizeGb);
}

/**
 * What an environment asks of the local cloud itself, past any driver that runs.
 * @returns the volume afterwards; undefined when there is none
 * @throws BadRequest, CloudError
 */
export async function storeCommand(backend: Backend, words: readonly string[]): Promise<CloudVolume | undefined> {
  const [verb, given, ...options] = words;
  const pairs = options.map((pair) => pair.split("=", 2));
  if (
    verb === "make" &&
    pairs.every(({ length }) => length === 2) &&
    options.some((pair) => pair.startsWith("size="))
  ) {
    const name = canonicalName(given);
    await make(backend, parseCreateOptions(name, Object.fromEntries(pairs), 0));
    return backend.find(name);
  }
  if ((verb !== "show" && verb !== "remove") || options.length > 0) throw new BadRequest(`use: ${usage}`);
  const found = await backend.find(canonicalName(given));
  if (verb === "show" || !found) return found;
  await backend.remove(found);
  return undefined;
}
