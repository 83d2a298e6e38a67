import { LaunchError } from "../launch-error";

const FACTORS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["k", 1024],
  ["m", 1024 ** 2],
  ["g", 1024 ** 3],
  ["t", 1024 ** 4],
]);

/** Reads a size as `docker run` takes it (`64m`, `1.5g`, `1048576`) into bytes. */
export function parseSizeBytes(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  const factor = FACTORS.get(match?.[2]?.toLowerCase() ?? "?");
  if (match === null || factor === undefined) {
    throw new LaunchError(`docker parameter ${option}=${text} is not a size: write for example 64m or 1g`);
  }
  return Math.floor(Number(match[1]) * factor);
}
