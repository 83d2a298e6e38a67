import { randomUUID } from "node:crypto";
import type { AppDefinition, PersistentVolume } from "@drover/lib/marathon/types";
import { takeScalar } from "@drover/lib/mesos/take-resources";
import type { Offer, Operation, ReservationInfo, Resource } from "@drover/lib/mesos/types";
import type { Instance, ReservedVolume } from "../model/instance";
import { underscored } from "../model/path-id";
import { persistentVolumes } from "../model/residency";
import type { Match, RejectReason } from "./offer-match";

/** Whose a reservation is: upstream's names of the labels. */
const frameworkLabel = "marathon_framework_id";
const instanceLabel = "marathon_task_id";

export interface Owner {
  frameworkId: string;
  principal?: string;
}

/** What is set aside for one instance of an app with persistent volumes. */
export interface Reserved {
  operations: Operation[];
  /** For the task: everything reserved, with the volumes. */
  resources: Resource[];
  volumes: ReservedVolume[];
  left: Resource[];
}

/**
 * Sets aside what a match has taken, and disk space for each volume.
 * @returns the reason when there is no disk for a volume
 */
export function reserve(app: AppDefinition, instanceId: string, match: Match, owner: Owner): Reserved | RejectReason {
  const reservation: ReservationInfo = {
    type: "DYNAMIC",
    role: app.role,
    ...(owner.principal === undefined ? {} : { principal: owner.principal }),
    labels: {
      labels: [
        { key: frameworkLabel, value: owner.frameworkId },
        { key: instanceLabel, value: instanceId },
      ],
    },
  };
  const own = (resource: Resource): Resource => {
    const { role: _role, ...rest } = resource;
    return { ...rest, reservations: [reservation] };
  };
  let left: readonly Resource[] = match.left;
  const disks: Resource[] = [];
  const created: Resource[] = [];
  const volumes: ReservedVolume[] = [];
  for (const volume of persistentVolumes(app)) {
    const space = takeDisk(left, volume);
    if (space === undefined) return "InsufficientDisk";
    left = space.left;
    const uuid = randomUUID();
    const { containerPath } = volume;
    const persistenceId = `${underscored(app.id).replaceAll("_", "#")}#${containerPath}#${uuid}`;
    volumes.push({ containerPath, persistenceId, uuid });
    for (const disk of space.taken.map(own)) {
      disks.push(disk);
      created.push(asVolume(disk, persistenceId, containerPath, owner));
    }
  }
  const resources = match.resources.map(own);
  return {
    operations: [
      { type: "RESERVE", reserve: { resources: [...resources, ...disks] } },
      { type: "CREATE", create: { volumes: created } },
    ],
    resources: [...resources, ...created],
    volumes,
    left: [...left],
  };
}

/** What of an offer is set aside for an instance; undefined when its volumes are not all there. */
export function reservedFor(instance: Instance, resources: readonly Resource[]): Resource[] | undefined {
  const own = resources.filter((each) => labelOf(each, instanceLabel) === instance.id);
  const ids = new Set(own.map(persistenceIdOf));
  return instance.volumes?.every(({ persistenceId }) => ids.has(persistenceId)) ? own : undefined;
}

/** Instances of this framework that something of an offer is set aside for. */
export function reservationsIn(offer: Offer, frameworkId: string): Set<string> {
  const own = offer.resources.filter((each) => labelOf(each, frameworkLabel) === frameworkId);
  return new Set(own.flatMap((each) => labelOf(each, instanceLabel) ?? []));
}

/** Gives back what is set aside for an instance, with what its volumes hold. */
export function release(offer: Offer, instanceId: string): Operation[] {
  const own = offer.resources.filter((each) => labelOf(each, instanceLabel) === instanceId);
  const volumes = own.filter((each) => persistenceIdOf(each) !== undefined);
  return [
    ...(volumes.length > 0 ? [{ type: "DESTROY" as const, destroy: { volumes } }] : []),
    { type: "UNRESERVE", unreserve: { resources: own.map(withoutVolume) } },
  ];
}

function takeDisk(
  resources: readonly Resource[],
  { persistent }: PersistentVolume,
): { taken: Resource[]; left: Resource[] } | undefined {
  const { type, size, maxSize = Number.POSITIVE_INFINITY } = persistent;
  const isFree = (each: Resource) => each.name === "disk" && (each.reservations ?? []).length === 0;
  if (type === "root") {
    const plain = resources.filter((each) => isFree(each) && each.disk === undefined);
    const step = takeScalar(plain, "disk", size);
    return step && { taken: step.taken, left: [...resources.filter((each) => !plain.includes(each)), ...step.left] };
  }
  const disk = resources.find(
    (each) => isFree(each) && each.disk?.persistence === undefined && fits(each, persistent, size, maxSize),
  );
  if (disk === undefined) return undefined;
  const others = resources.filter((each) => each !== disk);
  // A mounted disk goes to one volume as a whole.
  const amount = type === "mount" ? (disk.scalar?.value ?? 0) : size;
  const rest = (disk.scalar?.value ?? 0) - amount;
  return {
    taken: [{ ...disk, scalar: { value: amount } }],
    left: rest > 0 ? [...others, { ...disk, scalar: { value: rest } }] : others,
  };
}

function fits(resource: Resource, wanted: PersistentVolume["persistent"], size: number, maxSize: number): boolean {
  const source = resource.disk?.source;
  const root = source?.path?.root ?? source?.mount?.root ?? "";
  const there = resource.scalar?.value ?? 0;
  const isAllowed = wanted.constraints.every(
    ([, operator, pattern]) => new RegExp(`^(?:${pattern})$`).test(root) === (operator === "LIKE"),
  );
  const isWithin = wanted.type === "mount" ? there >= size && there <= maxSize : there >= size;
  return source?.type === wanted.type.toUpperCase() && isWithin && isAllowed;
}

function asVolume(disk: Resource, id: string, containerPath: string, { principal }: Owner): Resource {
  return {
    ...disk,
    disk: {
      ...disk.disk,
      persistence: { id, ...(principal === undefined ? {} : { principal }) },
      volume: { container_path: containerPath, mode: "RW" },
    },
  };
}

function withoutVolume(resource: Resource): Resource {
  if (persistenceIdOf(resource) === undefined) return resource;
  const { disk, ...rest } = resource;
  return disk?.source ? { ...rest, disk: { source: disk.source } } : rest;
}

function persistenceIdOf({ disk }: Resource): string | undefined {
  return disk?.persistence?.id;
}

/** Reservations come in one of two forms, with and without the capability RESERVATION_REFINEMENT. */
function labelOf({ reservation, reservations }: Resource, key: string): string | undefined {
  const labels = (reservations?.at(-1) ?? reservation)?.labels?.labels ?? [];
  return labels.find((label) => label.key === key)?.value;
}
