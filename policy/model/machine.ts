import type { Environment } from "../../stacks/environment";
import { type Resource, record, records, text, texts } from "../resource";
import { kindOf } from "./kind";
import { parseUserData, type UserData } from "./user-data";

/** A machine, or a scale set of machines that are alike. */
export interface Machine {
  resource: Resource;
  role: "core" | "slave" | "bastion" | "other";
  /** How many machines this is. */
  count: number;
  zones: readonly string[];
  /** The cloud's name of its size. */
  size?: string;
  /** Undefined while it is unknown, or when there is none. */
  userData?: UserData;
  /** What the cloud is told about logging in, beside the user data. */
  cloudLogin: { password: boolean };
}

/** The tag, label or metadata `drover.part`: which part of the cluster a resource is. */
export function partOf({ inputs }: Resource): string | undefined {
  const key = "drover.part";
  const label = records(inputs.labels).find(({ label }) => label === key);
  const word = texts(inputs.tags).find((tag) => tag.startsWith(`${key}=`));
  return (
    text(label?.value) ??
    text(record(inputs.tags)[key]) ??
    text(record(inputs.metadata)[key]) ??
    word?.slice(key.length + 1)
  );
}

/** A part is a host name, or what the machines of a role share: "core", "pool-slave". */
function roleOf(resource: Resource, { core, slaves }: Environment): Machine["role"] {
  const names = [partOf(resource) ?? "", resource.name];
  const is = (all: readonly { hostname: string }[]) => all.some(({ hostname }) => names.includes(hostname));
  if (names.includes("core") || is(core)) return "core";
  if (names.includes("bastion")) return "bastion";
  return is(slaves) || names.some((name) => /^(pool|slave)-/.test(name)) ? "slave" : "other";
}

function parsed(...given: unknown[]): UserData | undefined {
  const found = given.map(text).find((value) => value !== undefined);
  return found === undefined ? undefined : parseUserData(found);
}

/** Azure's profile of a virtual machine, or of those of a scale set. */
function azureParts(profile: Readonly<Record<string, unknown>>) {
  const os = record(profile.osProfile);
  const keysOnly = record(os.linuxConfiguration).disablePasswordAuthentication === true;
  return {
    userData: parsed(os.customData, profile.userData),
    cloudLogin: { password: !keysOnly || os.adminPassword !== undefined },
  };
}

/** The machine that a resource is, if it is one. */
export function machineOf(resource: Resource, environment: Environment): Machine | undefined {
  const { inputs } = resource;
  const role = () => roleOf(resource, environment);
  switch (kindOf(resource.type)) {
    case "azure VirtualMachine":
      return {
        resource,
        role: role(),
        count: 1,
        zones: texts(inputs.zones),
        size: text(record(inputs.hardwareProfile).vmSize),
        ...azureParts(inputs),
      };
    case "azure VirtualMachineScaleSet": {
      const { name, capacity } = record(inputs.sku);
      return {
        resource,
        role: role(),
        count: typeof capacity === "number" ? capacity : 0,
        zones: texts(inputs.zones),
        size: text(name),
        ...azureParts(record(inputs.virtualMachineProfile)),
      };
    }
    case "openstack Instance": {
      const zone = text(inputs.availabilityZone);
      return {
        resource,
        role: role(),
        count: 1,
        zones: zone === undefined ? [] : [zone],
        size: text(inputs.flavorName) ?? text(inputs.flavorId),
        userData: parsed(inputs.userData),
        cloudLogin: { password: inputs.adminPass !== undefined },
      };
    }
    case "docker Container": {
      const seed = records(inputs.uploads).find(({ file }) => text(file)?.endsWith("/seed/nocloud/user-data"));
      if (!seed) return undefined;
      return {
        resource,
        role: role(),
        count: 1,
        zones: [],
        userData: parsed(seed.content),
        cloudLogin: { password: false },
      };
    }
    default:
      return undefined;
  }
}

/** All machines of a stack. */
export function machines(resources: readonly Resource[], environment: Environment): Machine[] {
  return resources.flatMap((resource) => machineOf(resource, environment) ?? []);
}
