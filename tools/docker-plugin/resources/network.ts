import type { NetworkInspectInfo } from "dockerode";
import { explain, isEngineError, unlessMissing } from "../host/engine-errors";
import { requestBody } from "../host/request-body";
import { poll } from "../host/wait";
import { currentLabels, labelMap } from "../schema/labels";
import { type NetworkInputs, networkInputs } from "../schema/network";
import { nameTaken, ownershipLabels, standing } from "./ownership";
import type { Operation, ResourceType, State } from "./resource";

/** How long the delete of a network waits for containers to leave it, in milliseconds. */
const LEAVE_LIMIT_MS = 30_000;

export const network: ResourceType<NetworkInputs> = {
  inputs: networkInputs,
  autoNamed: true,
  computed: ["scope", "driver"],

  async create({ urn, connection: { docker }, host }, inputs) {
    const name = inputs.name ?? "";
    const labels = ownershipLabels(urn, inputs, networkInputs);
    const existing = await findByName(docker, name);
    if (existing !== undefined) {
      const whose = standing(existing.Labels, labels);
      if (whose === "foreign") throw nameTaken("network", name, host, existing.Labels);
      if (whose === "same") return state(inputs, existing);
    }
    try {
      if (existing !== undefined) await docker.getNetwork(existing.Id).remove();
      const created = await docker.createNetwork(
        requestBody({
          Name: name,
          CheckDuplicate: true,
          Driver: inputs.driver ?? "bridge",
          Internal: inputs.internal ?? false,
          Attachable: inputs.attachable ?? false,
          Ingress: inputs.ingress ?? false,
          EnableIPv6: inputs.ipv6 ?? false,
          Options: inputs.options ?? {},
          Labels: { ...labelMap(inputs.labels), ...labels },
          IPAM: {
            Driver: inputs.ipamDriver ?? "default",
            Options: inputs.ipamOptions ?? {},
            Config: (inputs.ipamConfigs ?? []).map(ipamConfig),
          },
        }),
      );
      return state(inputs, await docker.getNetwork(created.id).inspect());
    } catch (error) {
      throw explain(`cannot create network "${name}"`, host, error);
    }
  },

  async read({ connection: { docker } }, id, inputs) {
    const info = await unlessMissing<NetworkInspectInfo>(docker.getNetwork(id).inspect());
    return (
      info && state({ ...inputs, name: info.Name, labels: currentLabels(inputs.labels, info.Labels ?? null) }, info)
    );
  },

  async delete({ connection: { docker }, host, signal }, id, { name }) {
    let refusal: unknown;
    const removed = await poll(LEAVE_LIMIT_MS, 500, signal, async () => {
      try {
        await unlessMissing(docker.getNetwork(id).remove());
        return true;
      } catch (error) {
        // Containers that are being removed at this moment still count as attached.
        if (!isEngineError(error) || !/has active endpoints/.test(error.message)) throw error;
        refusal = error;
        return undefined;
      }
    });
    if (removed === undefined) throw explain(`cannot remove network "${name}"`, host, refusal);
  },
};

/** The engine finds names by substring and allows duplicates of one name. */
async function findByName(
  docker: Operation["connection"]["docker"],
  name: string,
): Promise<NetworkInspectInfo | undefined> {
  const candidates = await docker.listNetworks({ filters: { name: [name] } });
  const match = candidates.find((candidate) => candidate.Name === name);
  return match && unlessMissing<NetworkInspectInfo>(docker.getNetwork(match.Id).inspect());
}

type IpamConfig = NonNullable<NetworkInputs["ipamConfigs"]>[number];

function ipamConfig({ subnet, gateway, ipRange, auxAddress }: IpamConfig): Record<string, string> {
  // The engine's API takes auxiliary addresses as a map, dockerode's types do not know that.
  const config = { Subnet: subnet, Gateway: gateway, IPRange: ipRange, AuxiliaryAddresses: auxAddress };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}

function state(inputs: NetworkInputs, info: NetworkInspectInfo): State<NetworkInputs> {
  return { id: info.Id, inputs, outputs: { ...inputs, driver: info.Driver, scope: info.Scope } };
}
