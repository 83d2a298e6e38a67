import { compareApiVersions } from "../host/docker-host";
import type { ContainerInputs } from "../schema/container";

/** Inputs that older engines would ignore without a word: the API and the engine in which each came. */
const FEATURES: [name: string, api: string, engine: string, used: (inputs: ContainerInputs) => boolean][] = [
  ["cgroupnsMode", "1.41", "20.10", ({ cgroupnsMode }) => cgroupnsMode !== undefined],
  ["platform", "1.41", "20.10", ({ platform }) => platform !== undefined],
  [
    "healthcheck.startInterval",
    "1.44",
    "25",
    ({ healthcheck }) => !["0s", undefined].includes(healthcheck?.startInterval),
  ],
  [
    "mounts.volumeOptions.subpath",
    "1.45",
    "26",
    ({ mounts }) => (mounts ?? []).some((mount) => mount.volumeOptions?.subpath !== undefined),
  ],
  [
    "networksAdvanced.gwPriority",
    "1.48",
    "28",
    ({ networksAdvanced }) => (networksAdvanced ?? []).some(({ gwPriority }) => gwPriority !== undefined),
  ],
];

/** Throws when an input needs a newer engine than the one that speaks `apiVersion`. */
export function requireApi(inputs: ContainerInputs, apiVersion: string): void {
  for (const [name, api, engine, used] of FEATURES) {
    if (!used(inputs) || compareApiVersions(apiVersion, api) >= 0) continue;
    throw new Error(
      `\`${name}\` needs Docker ${engine} (API ${api}) or later; this engine speaks API ${apiVersion}: leave it out or update the engine`,
    );
  }
}
