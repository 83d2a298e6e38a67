import { randomBytes } from "node:crypto";
import { IMAGE, TEST_LABELS } from "./docker";
import type { Inputs } from "./plugin";

/** A container that sleeps, with a name of its own. */
export function sleeper(inputs: Inputs = {}): Inputs {
  return { image: IMAGE, name: uniqueName(), command: ["sleep", "infinity"], labels: TEST_LABELS, ...inputs };
}

export function uniqueName(): string {
  return `drover-test-${randomBytes(4).toString("hex")}`;
}
