import { object, required, set, string } from "./types";

/** User-defined metadata, as all resource types have it. */
export const labels = set(object({ label: required(string), value: required(string) }));

export type Label = { label: string; value: string };

/** Labels as the engine has them: one map. */
export function labelMap(list: readonly Label[] | undefined): Record<string, string> {
  return Object.fromEntries((list ?? []).map(({ label, value }) => [label, value]));
}

/** The declared labels as an object has them now: changed values changed, missing ones left out. */
export function currentLabels(
  declared: Label[] | undefined,
  actual: Record<string, string> | null,
): Label[] | undefined {
  return declared?.flatMap(({ label }) => {
    const value = actual?.[label];
    return value === undefined ? [] : [{ label, value }];
  });
}
