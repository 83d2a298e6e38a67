import { createHash, randomBytes } from "node:crypto";

/** What the engine asks for where the program gives no name; see `pulumi:autonaming` in the stack's configuration. */
export interface AutoNaming {
  mode: "propose" | "enforce" | "disable";
  proposed: string;
}

/**
 * The name of an object whose `name` was not given: the resource's name and seven random hex digits, as the official plugin has it.
 * With a seed (the engine gives one per step) the name is the same each time. Undefined when automatic names are switched off.
 */
export function autoName(resourceName: string, seed: Uint8Array, naming: AutoNaming | undefined): string | undefined {
  if (naming?.mode === "disable") return undefined;
  if (naming !== undefined && naming.proposed !== "") return naming.proposed;
  const random = seed.length > 0 ? createHash("sha256").update(resourceName).update(seed).digest() : randomBytes(4);
  return `${resourceName}-${random.toString("hex").slice(0, 7)}`;
}
