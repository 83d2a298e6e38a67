import { type FileSystem, fileSystems, maxSizeGb } from "@drover/lib/block-volume";
import { nearest } from "@drover/lib/nearest";
import { BadRequest } from "./bad-request";
import type { VolumeSpec } from "./cloud/backend";
import { canonicalName } from "./volume-name";

/** Names of options in lower case, REX-Ray's beside our own, so that its definitions work unchanged. */
const names: Readonly<Record<string, keyof Omit<VolumeSpec, "name">>> = {
  size: "sizeGb",
  fs: "fs",
  fstype: "fs",
  newfstype: "fs",
  type: "type",
  volumetype: "type",
  encrypted: "encrypted",
  snapshot: "snapshot",
  snapshotname: "snapshot",
};

/**
 * Reads a size.
 * @returns whole GB (GiB, as the clouds count)
 * @throws BadRequest when it is anything but a whole number from 1 to 65536
 */
export function parseSizeGb(text: unknown): number {
  const sizeGb = /^\d{1,6}$/.test(String(text)) ? Number(text) : 0;
  if (sizeGb < 1 || sizeGb > maxSizeGb) {
    throw new BadRequest(`size ${JSON.stringify(text)} is refused: give whole GB from 1 to ${maxSizeGb}`);
  }
  return sizeGb;
}

function parseFileSystem(text: string): FileSystem {
  const found = fileSystems.find((name) => name === text);
  if (!found) throw new BadRequest(`fs ${JSON.stringify(text)} is refused: use one of ${fileSystems.join(", ")}`);
  return found;
}

function parseType(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}$/.test(text)) {
    throw new BadRequest(`type ${JSON.stringify(text)} is refused: name one of the cloud's volume types`);
  }
  return text;
}

function parseTruth(text: string): boolean {
  if (text !== "true" && text !== "false") {
    throw new BadRequest(`encrypted ${JSON.stringify(text)} is refused: use true or false`);
  }
  return text === "true";
}

/**
 * What `docker volume create -o …` asks for, checked whole before anything is made.
 * @param options names in any case; size is in GB
 * @param defaultSizeGb size of a volume that is created without one
 * @throws BadRequest that names the option
 */
export function parseCreateOptions(
  name: string,
  options: Readonly<Record<string, unknown>>,
  defaultSizeGb: number,
): VolumeSpec {
  const spec: VolumeSpec = { name, sizeGb: defaultSizeGb, fs: "ext4", encrypted: false };
  const given = new Map<string, string>();
  for (const [option, value] of Object.entries(options)) {
    const field = Object.hasOwn(names, option.toLowerCase()) ? names[option.toLowerCase()] : undefined;
    if (!field) {
      const meant = nearest(option.toLowerCase(), Object.keys(names));
      throw new BadRequest(
        `option ${JSON.stringify(option.slice(0, 80))} is unknown${meant ? `, did you mean ${meant}?` : "."} Known: size, fs, type, encrypted, snapshot`,
      );
    }
    if (typeof value !== "string") throw new BadRequest(`option ${option} must be text`);
    if (given.has(field)) throw new BadRequest(`options ${given.get(field)} and ${option} say the same: give one`);
    given.set(field, option);
    if (field === "sizeGb") spec.sizeGb = parseSizeGb(value);
    else if (field === "fs") spec.fs = parseFileSystem(value);
    else if (field === "type") spec.type = parseType(value);
    else if (field === "encrypted") spec.encrypted = parseTruth(value);
    else spec.snapshot = canonicalName(value, "snapshot");
  }
  return spec;
}
