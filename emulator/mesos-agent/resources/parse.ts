import type { Attribute, Resource } from "@drover/lib/mesos/types";
import { parseValue } from "./values";

/** The role of resources that nobody has reserved. */
export const UNRESERVED = "*";

/**
 * Reads `MESOS_RESOURCES`: `cpus:4;mem:8192;ports:[31000-32000];cpus(web):2`, or a JSON array of Resource.
 * A role in parentheses (or a `defaultRole` other than `*`) makes a static reservation.
 * @throws Error that quotes the part it cannot read
 */
export function parseResources(text: string, defaultRole: string = UNRESERVED): Resource[] {
  const resources = text.trim().startsWith("[") ? parseJson(text, defaultRole) : parseList(text, defaultRole);
  for (const resource of resources) {
    if (resource.type === "SCALAR" && !((resource.scalar?.value ?? -1) >= 0)) {
      throw new Error(`resource '${resource.name}' must be a number of at least 0`);
    }
  }
  return resources;
}

/**
 * Reads `MESOS_ATTRIBUTES`: `rack:r1;zone:a;cores:8`.
 * @throws Error that quotes the part it cannot read
 */
export function parseAttributes(text: string): Attribute[] {
  return parts(text).map((part) => {
    const [name, value] = splitAtColon(part);
    return { name, ...parseValue(value) };
  });
}

/** A resource reserved for `role` in the form of RESERVATION_REFINEMENT, unreserved for `*`. */
function reservedFor(role: string, resource: Resource): Resource {
  return role === UNRESERVED ? resource : { ...resource, reservations: [{ type: "STATIC", role }] };
}

function parseList(text: string, defaultRole: string): Resource[] {
  return parts(text).map((part) => {
    const [head, value] = splitAtColon(part);
    const match = /^([^()\s]+)(?:\(([^()]+)\))?$/.exec(head);
    const name = match?.[1];
    const { type, text: plainText, ...rest } = parseValue(value);
    if (name === undefined || plainText !== undefined) {
      throw new Error(`'${part}' is not a resource: write name:value or name(role):value, for example cpus:4`);
    }
    return reservedFor(match?.[2] ?? defaultRole, { name, type, ...rest });
  });
}

function parseJson(text: string, defaultRole: string): Resource[] {
  const entries: unknown = JSON.parse(text);
  if (!Array.isArray(entries)) {
    throw new Error("resources as JSON must be an array of Resource objects");
  }
  return entries.map((entry: Resource) => {
    const { name, type, scalar, ranges, set, role, reservations, disk } = entry;
    const valued = { SCALAR: scalar, RANGES: ranges, SET: set, TEXT: undefined }[type];
    if (typeof name !== "string" || valued === undefined) {
      throw new Error(`'${JSON.stringify(entry)}' is not a resource: it needs name, type and the value of that type`);
    }
    const resource: Resource = {
      name,
      type,
      ...(scalar && { scalar }),
      ...(ranges && { ranges }),
      ...(set && { set }),
      ...(disk && { disk }),
    };
    return reservations?.length ? { ...resource, reservations } : reservedFor(role ?? defaultRole, resource);
  });
}

function parts(text: string): string[] {
  return text
    .split(/[;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function splitAtColon(part: string): [string, string] {
  const colon = part.indexOf(":");
  if (colon <= 0) {
    throw new Error(`'${part}' has no value: write name:value`);
  }
  return [part.slice(0, colon).trim(), part.slice(colon + 1)];
}
