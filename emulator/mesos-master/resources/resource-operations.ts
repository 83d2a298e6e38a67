import type { Operation, Resource } from "@drover/lib/mesos/types";
import { idProblem } from "../validation/id-validation";
import { type Kind, roleOf } from "./resource-kind";
import { Resources } from "./resources";

/** Operations that change resources instead of using them. */
export type ResourceOperation = Exclude<Operation, { type: "LAUNCH" | "LAUNCH_GROUP" }>;

/** What an operation takes away and what it puts there instead: the same amounts as another kind. */
export interface Conversion {
  consumed: Resources;
  converted: Resources;
}

/**
 * What an operation does to resources.
 * @throws Error that says what is wrong with the operation itself, whatever resources there are
 */
export function conversionOf(operation: ResourceOperation): Conversion {
  switch (operation.type) {
    case "RESERVE": {
      const converted = listed(operation.reserve.resources, "reserved");
      requireDynamic(converted);
      return { consumed: converted.as(withoutReservation), converted };
    }
    case "UNRESERVE": {
      const consumed = listed(operation.unreserve.resources, "unreserved");
      requireDynamic(consumed);
      return { consumed, converted: consumed.as(withoutReservation) };
    }
    case "CREATE": {
      const converted = volumes(operation.create.volumes);
      return { consumed: converted.as(withoutVolume), converted };
    }
    case "DESTROY": {
      const consumed = volumes(operation.destroy.volumes);
      return { consumed, converted: consumed.as(withoutVolume) };
    }
    case "GROW_VOLUME":
      return grow(operation.grow_volume.volume, operation.grow_volume.addition);
    case "SHRINK_VOLUME": {
      const { volume, subtract } = operation.shrink_volume;
      return shrink(volume, subtract.value);
    }
    default: {
      const { type } = operation as { type: string };
      throw new Error(`${type} is for disks of resource providers, and the agents of this master have none`);
    }
  }
}

function listed(list: readonly Resource[], what: string): Resources {
  const resources = Resources.of(list);
  if (resources.isEmpty) {
    throw new Error(`No resources to be ${what}`);
  }
  return resources;
}

function requireDynamic(resources: Resources): void {
  for (const { name, reservations, disk } of resources.kinds) {
    if (reservations.at(-1)?.type !== "DYNAMIC") {
      throw new Error(`Resource ${name} is not dynamically reserved`);
    }
    if (disk?.persistence) {
      throw new Error(`A dynamically reserved persistent volume ${name} cannot be unreserved directly`);
    }
  }
}

function volumes(list: readonly Resource[]): Resources {
  for (const { name, disk } of list) {
    if (name !== "disk" || !disk?.persistence) {
      throw new Error(`'${name}' does not contain a persistent volume`);
    }
    const problem = idProblem(disk.persistence.id);
    if (problem !== undefined) {
      throw new Error(`Persistence ID '${disk.persistence.id}' is invalid: ${problem}`);
    }
    if (!disk.volume) {
      throw new Error("Expecting 'volume' to be set for persistent volume");
    }
    if (disk.volume.host_path !== undefined) {
      throw new Error("Expecting 'host_path' to be unset for persistent volume");
    }
  }
  const resources = listed(list, "a volume");
  const unreserved = resources.kinds.find((kind) => roleOf(kind) === "*");
  if (unreserved) {
    throw new Error("Persistent volumes cannot be created from unreserved resources");
  }
  return resources;
}

function grow(volume: Resource, addition: Resource): Conversion {
  const before = volumes([volume]);
  const more = Resources.of([addition]);
  const value = (volume.scalar?.value ?? 0) + (addition.scalar?.value ?? 0);
  if (!before.as(withoutVolume).kinds.every(({ key }) => more.kinds.some((kind) => kind.key === key))) {
    throw new Error("Incompatible resources in the 'volume' and 'addition' fields");
  }
  return { consumed: before.plus(more), converted: Resources.of([{ ...volume, scalar: { value } }]) };
}

function shrink(volume: Resource, subtract: number): Conversion {
  const consumed = volumes([volume]);
  const left = (volume.scalar?.value ?? 0) - subtract;
  if (!(subtract > 0 && left > 0)) {
    throw new Error("The size to subtract must be above zero and below the volume's");
  }
  const freed = Resources.of([{ ...volume, scalar: { value: subtract } }]).as(withoutVolume);
  return { consumed, converted: Resources.of([{ ...volume, scalar: { value: left } }]).plus(freed) };
}

function withoutReservation({ reservations }: Kind): Pick<Kind, "reservations"> {
  return { reservations: reservations.slice(0, -1) };
}

function withoutVolume({ disk }: Kind): Pick<Kind, "disk"> {
  return { disk: disk?.source && { source: disk.source } };
}

/** An agent's resources by its flags, with what operations made of them since. */
export function withCheckpointed(total: Resources, checkpointed: Resources): Resources {
  const plain = checkpointed.as(({ reservations, disk }) => ({
    reservations: reservations.filter(({ type }) => type !== "DYNAMIC"),
    disk: disk?.source && { source: disk.source },
  }));
  return total.contains(plain) ? total.minus(plain).plus(checkpointed) : total;
}
