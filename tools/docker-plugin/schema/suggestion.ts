import { nearest } from "@drover/lib/nearest";

/** `; did you mean "volumes"?` when one of the known names is close to `name`, else nothing. */
export function suggest(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}
