import { maxVolumeName, volumeNamePattern } from "@drover/lib/block-volume";
import { BadRequest } from "./bad-request";

/**
 * The name by which a volume is known everywhere: to the cloud, in ZooKeeper, as a folder. Names differ by more than
 * case, since Azure's do.
 * @param what stands in the error before the name
 * @throws BadRequest that says what a name may be
 */
export function canonicalName(name: unknown, what = "volume name"): string {
  const canonical = typeof name === "string" ? name.toLowerCase() : "";
  if (canonical.length > maxVolumeName || !volumeNamePattern.test(canonical)) {
    const shown = JSON.stringify(name)?.slice(0, 80) ?? "nothing";
    throw new BadRequest(
      `${what} ${shown} is refused: use letters, digits, dashes, underscores and single inner dots, at most ${maxVolumeName} characters`,
    );
  }
  return canonical;
}
