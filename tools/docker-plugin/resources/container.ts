import type { Container, ContainerInspectInfo } from "dockerode";
import { requireApi } from "../container/api-features";
import { checkContainer } from "../container/check";
import { createPlan } from "../container/create-body";
import { currentInputs } from "../container/drift";
import { ensureImage, imageId } from "../container/image";
import { COMPUTED, outputs } from "../container/outputs";
import { needsNewContainer, resourceLimits } from "../container/resource-limits";
import { isUp, readLogs, remove, waitUntilEnded, waitUntilHealthy, waitUntilRunning } from "../container/run";
import { uploadArchive } from "../container/uploads";
import { explain, unlessMissing } from "../host/engine-errors";
import { requestBody } from "../host/request-body";
import { type ContainerInputs, containerInputs } from "../schema/container";
import { nameTaken, ownershipLabels, standing } from "./ownership";
import { NotReady, type Operation, type ResourceType, type State } from "./resource";

export const container: ResourceType<ContainerInputs> = {
  inputs: containerInputs,
  autoNamed: true,
  computed: COMPUTED,

  check: checkContainer,
  mustReplace: needsNewContainer,

  async create(operation, inputs) {
    const { urn, connection, host, signal } = operation;
    const { docker } = connection;
    const image = await ensureImage(docker, inputs.image, inputs.platform, host);
    const labels = ownershipLabels(urn, inputs, containerInputs, image);
    const existing = await unlessMissing(docker.getContainer(inputs.name ?? "").inspect());
    if (existing !== undefined) {
      const whose = standing(existing.Config.Labels, labels);
      if (whose === "foreign") throw nameTaken("container", inputs.name ?? "", host, existing.Config.Labels);
      if (whose === "same" && isUp(existing) && inputs.attach !== true) return adopt(operation, inputs, existing);
      // From other inputs, or left behind half made by a run that was interrupted.
      await remove(docker, existing.Id, inputs.removeVolumes !== false, signal);
    }
    try {
      return await make(operation, inputs, labels);
    } catch (error) {
      throw explain(`cannot create container "${inputs.name}"`, host, error);
    }
  },

  async read({ connection: { docker } }, id, inputs, previous) {
    const info = await unlessMissing(docker.getContainer(id).inspect());
    // A one-shot container that was to remove itself has done so.
    if (info === undefined)
      return inputs.rm === true && inputs.mustRun === false ? { id, inputs, outputs: previous } : undefined;
    // A container that must run and does not counts as gone, so that it is made again.
    if (inputs.mustRun !== false && !info.State.Running) return undefined;
    const imageNow = inputs.image === undefined ? undefined : await imageId(docker, inputs.image);
    const current = currentInputs({ ...inputs, image: inputs.image ?? info.Config.Image }, info, imageNow);
    return { id: info.Id, inputs: current, outputs: { ...keptLogs(previous), ...outputs(current, info) } };
  },

  async update(operation, id, olds, news) {
    const { connection, host } = operation;
    const container = connection.docker.getContainer(id);
    const info = await unlessMissing(container.inspect());
    if (info === undefined) {
      if (olds.rm === true) return { ...olds, ...news };
      throw new Error(
        `container "${news.name}" is no longer on ${host}: run \`pulumi refresh\`, then \`pulumi up\` makes it again`,
      );
    }
    try {
      await container.update(resourceLimits(news));
    } catch (error) {
      throw explain(`cannot update container "${news.name}"`, host, error);
    }
    if (news.start !== false && olds.start === false && !info.State.Running) await container.start();
    return (await settle(operation, container, news)).outputs;
  },

  async delete({ connection: { docker }, host, signal }, id, { name, attach, destroyGraceSeconds, removeVolumes }) {
    try {
      if (attach !== true && destroyGraceSeconds !== undefined && destroyGraceSeconds > 0) {
        await unlessMissing(docker.getContainer(id).stop({ t: destroyGraceSeconds }).catch(ignoreStopped));
      }
      await remove(docker, id, removeVolumes !== false, signal);
    } catch (error) {
      throw explain(`cannot remove container "${name}"`, host, error);
    }
  },
};

/** The log of a one-shot container is read once, after its end. */
function keptLogs(previous: { containerLogs?: string }): object {
  return previous.containerLogs === undefined ? {} : { containerLogs: previous.containerLogs };
}

/** The engine answers 304 to a stop of what is stopped. */
function ignoreStopped(error: { statusCode?: number }): void {
  if (error.statusCode !== 304) throw error;
}

/** An earlier run made this container and was interrupted before the engine could note it. */
async function adopt(
  operation: Operation,
  inputs: ContainerInputs,
  existing: ContainerInspectInfo,
): Promise<State<ContainerInputs>> {
  operation.log("info", `adopts container "${inputs.name}", which an earlier run made from the same inputs`);
  const container = operation.connection.docker.getContainer(existing.Id);
  await container.update(resourceLimits(inputs));
  return settle(operation, container, inputs);
}

/** Creates, fills and starts a container. What fails before it has started is removed again. */
async function make(
  operation: Operation,
  inputs: ContainerInputs,
  labels: Record<string, string>,
): Promise<State<ContainerInputs>> {
  const { docker, apiVersion } = operation.connection;
  requireApi(inputs, apiVersion);
  const { body, query, furtherNetworks } = createPlan(inputs, labels);
  const container = await docker.createContainer(requestBody(body, query));
  try {
    for (const { network, endpoint } of furtherNetworks) {
      await docker.getNetwork(network).connect({ Container: container.id, EndpointConfig: endpoint });
    }
    const uploads = inputs.uploads ?? [];
    if (uploads.length > 0) await container.putArchive(await uploadArchive(uploads), { path: "/" });
    if (inputs.start !== false) await container.start();
    if (inputs.start !== false && inputs.mustRun !== false && inputs.attach !== true) {
      await waitUntilRunning(container, inputs, operation.signal);
    }
  } catch (error) {
    // When this fails as well, the next run finds the container by its labels and removes it.
    await remove(docker, container.id, true, new AbortController().signal).catch(() => {});
    throw error;
  }
  return settle(operation, container, inputs);
}

/** Waits for what the inputs ask to be waited for: health (`wait`) or the end (`attach`). */
async function settle(
  operation: Operation,
  container: Container,
  inputs: ContainerInputs,
): Promise<State<ContainerInputs>> {
  const { connection, signal } = operation;
  const id = container.id;
  if (inputs.start === false) return { id, inputs, outputs: outputs(inputs, await container.inspect()) };
  if (inputs.attach === true) {
    const info = await waitUntilEnded(container, signal);
    const logs = inputs.logs === true ? await readLogs(container, info) : undefined;
    if (inputs.rm === true) await remove(connection.docker, id, inputs.removeVolumes !== false, signal);
    return { id, inputs, outputs: outputs(inputs, info, logs) };
  }
  if (inputs.wait === true) {
    try {
      await waitUntilHealthy(container, inputs, signal);
    } catch (error) {
      throw new NotReady((error as Error).message, { id, outputs: outputs(inputs, await container.inspect()) });
    }
  }
  return { id, inputs, outputs: outputs(inputs, await container.inspect()) };
}
