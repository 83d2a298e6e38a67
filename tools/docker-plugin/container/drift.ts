import type { ContainerInspectInfo } from "dockerode";
import type { ContainerInputs } from "../schema/container";
import { currentLabels } from "../schema/labels";

const MB = 1024 * 1024;

/**
 * The inputs as they would have to be written to get the container that is there now: the declared ones,
 * with what was changed by hand put in. `imageNow` is the id that the image's name stands for today.
 */
export function currentInputs(
  declared: ContainerInputs,
  info: ContainerInspectInfo,
  imageNow: string | undefined,
): ContainerInputs {
  const { Config: config, HostConfig: host } = info;
  return {
    ...declared,
    name: info.Name.replace(/^\//, ""),
    // The same name stands for another image now: shown as the old id, so that the next update makes the container anew.
    image: imageNow === undefined || imageNow === info.Image ? declared.image : info.Image,
    labels: currentLabels(declared.labels, config.Labels),
    restart: host.RestartPolicy?.Name || "no",
    ...(declared.memory === undefined ? {} : { memory: Math.round((host.Memory ?? 0) / MB) }),
    ...(declared.cpuShares === undefined ? {} : { cpuShares: host.CpuShares ?? 0 }),
    ...(declared.networksAdvanced === undefined ? {} : { networksAdvanced: attached(declared.networksAdvanced, info) }),
  };
}

type Attachments = NonNullable<ContainerInputs["networksAdvanced"]>;

/** The declared networks without those that the container was disconnected from. */
function attached(declared: Attachments, info: ContainerInspectInfo): Attachments {
  const networks = Object.entries(info.NetworkSettings.Networks ?? {});
  return declared.filter(({ name }) => networks.some(([key, { NetworkID }]) => key === name || NetworkID === name));
}
