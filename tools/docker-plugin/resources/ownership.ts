import { createHash } from "node:crypto";
import { canonicalProperties } from "../schema/diff";
import type { Properties } from "../schema/types";
import type { Values } from "../server/values";

/**
 * Two labels on all that this plugin makes, so that a run which was interrupted can be repeated: which resource of which stack
 * an object belongs to, and a digest of those inputs that it cannot change without being made anew.
 */
const OWNER = "drover.docker-plugin.urn";
const DIGEST = "drover.docker-plugin.inputs";

/** `none` of that name, made by us from the `same` inputs or from `other` ones, or `foreign`. */
export type Standing = "same" | "other" | "foreign";

/** The labels for an object made from `inputs`. `extra` is what else shaped it, such as the id of the image its name stood for. */
export function ownershipLabels(urn: string, inputs: object, table: Properties, extra = ""): Record<string, string> {
  const lasting = Object.fromEntries(Object.entries(table).filter(([, property]) => property.change === "replace"));
  const digest = createHash("sha256")
    .update(canonicalProperties(inputs as Values, lasting))
    .update(extra)
    .digest("hex");
  return { [OWNER]: urn, [DIGEST]: digest };
}

/** Compares the labels that an existing object has with those it would be given now. */
export function standing(
  existing: Record<string, string> | null | undefined,
  wanted: Record<string, string>,
): Standing {
  if (existing?.[OWNER] !== wanted[OWNER]) return "foreign";
  return existing?.[DIGEST] === wanted[DIGEST] ? "same" : "other";
}

/** The error for a name that is taken by an object which is not ours to touch. */
export function nameTaken(
  kind: string,
  name: string,
  host: string,
  labels: Record<string, string> | null | undefined,
): Error {
  const owner = labels?.[OWNER];
  const whose = owner === undefined ? "was not made by this resource" : `belongs to ${owner}`;
  return new Error(
    `a ${kind} named "${name}" exists on ${host} and ${whose}: remove it (docker ${kind} rm ${name}) or give this one another name`,
  );
}
