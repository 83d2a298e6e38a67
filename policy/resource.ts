import { UnknownValueError } from "@pulumi/policy";

/** Stands for a value that only the update will know. Rules leave it alone: they look again when it is known. */
export const unknown = Symbol("unknown");

/** A resource as the program asks for it, in plain values; secrets are unpacked. */
export interface Resource {
  type: string;
  name: string;
  urn: string;
  inputs: Readonly<Record<string, unknown>>;
  protect: boolean;
}

/** What Pulumi hands to a policy. */
interface Handed {
  type: string;
  name: string;
  urn: string;
  props: Record<string, unknown>;
  opts: { protect: boolean };
}

/** Copies values that throw when something unknown is touched into values that hold {@link unknown} there. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.keys(value).map((key): [string, unknown] => {
    try {
      return [key, plain((value as Record<string, unknown>)[key])];
    } catch (error) {
      if (error instanceof UnknownValueError) return [key, unknown];
      throw error;
    }
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

/** A resource as Pulumi hands it over, as rules see it. */
export function fromPulumi({ type, name, urn, props, opts }: Handed): Resource {
  return { type, name, urn, inputs: plain(props) as Record<string, unknown>, protect: opts.protect };
}

/** The record at a key, or an empty one. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** The records of a list, or none. */
export function records(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(record) : [];
}

/** The texts of a list, or none. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** A text, or undefined when it is something else or unknown. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
