import type { VolumeInspectInfo } from "dockerode";
import { explain, isEngineError, unlessMissing } from "../host/engine-errors";
import { requestBody } from "../host/request-body";
import { poll } from "../host/wait";
import { currentLabels, labelMap } from "../schema/labels";
import { type VolumeInputs, volumeInputs } from "../schema/volume";
import { nameTaken, ownershipLabels, standing } from "./ownership";
import type { ResourceType, State } from "./resource";

/** How long the delete of a volume waits until no container uses it, in milliseconds. */
const RELEASE_LIMIT_MS = 30_000;

export const volume: ResourceType<VolumeInputs> = {
  inputs: volumeInputs,
  autoNamed: true,
  computed: ["mountpoint", "driver"],

  async create({ urn, connection: { docker }, host }, inputs) {
    const name = inputs.name ?? "";
    const labels = ownershipLabels(urn, inputs, volumeInputs);
    const existing = await unlessMissing<VolumeInspectInfo>(docker.getVolume(name).inspect());
    if (existing !== undefined) {
      const whose = standing(existing.Labels, labels);
      if (whose === "same") return state(inputs, existing);
      if (whose === "foreign") throw nameTaken("volume", name, host, existing.Labels);
      // Other objects of ours are made anew without asking; a volume holds data.
      throw new Error(
        `volume "${name}" exists on ${host}, made by this resource from other inputs: when its data is not needed, remove it (docker volume rm ${name}) and run again`,
      );
    }
    try {
      await docker.createVolume(
        requestBody({
          Name: name,
          Driver: inputs.driver ?? "local",
          DriverOpts: inputs.driverOpts ?? {},
          Labels: { ...labelMap(inputs.labels), ...labels },
        }),
      );
      return state(inputs, await docker.getVolume(name).inspect());
    } catch (error) {
      throw explain(`cannot create volume "${name}"`, host, error);
    }
  },

  async read({ connection: { docker } }, id, inputs) {
    const info = await unlessMissing<VolumeInspectInfo>(docker.getVolume(id).inspect());
    if (info === undefined) return undefined;
    // A volume's id is its name, so it may have been removed and made again by hand.
    const driver = inputs.driver === undefined ? undefined : info.Driver;
    return state({ ...inputs, name: info.Name, driver, labels: currentLabels(inputs.labels, info.Labels) }, info);
  },

  async delete({ connection: { docker }, host, signal }, id) {
    let refusal: unknown;
    const removed = await poll(RELEASE_LIMIT_MS, 500, signal, async () => {
      try {
        await unlessMissing(docker.getVolume(id).remove());
        return true;
      } catch (error) {
        // A container that is being removed at this moment still holds its volumes.
        if (!isEngineError(error) || error.statusCode !== 409) throw error;
        refusal = error;
        return undefined;
      }
    });
    if (removed === undefined) throw explain(`cannot remove volume "${id}"`, host, refusal);
  },
};

function state(inputs: VolumeInputs, info: VolumeInspectInfo): State<VolumeInputs> {
  return { id: info.Name, inputs, outputs: { ...inputs, driver: info.Driver, mountpoint: info.Mountpoint } };
}
