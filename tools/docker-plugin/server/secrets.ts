import type { Path, Values } from "./values";

/** A secret input is a secret output; and what a container writes may tell any secret that it was given. */
export function outputSecrets(secrets: readonly Path[]): Path[] {
  return secrets.length === 0 ? [] : [...secrets, ["containerLogs"]];
}

/** The places of secrets in inputs that were read again: a list may have lost elements, so a property that changed is secret as a whole. */
export function secretsAfterRead(secrets: readonly Path[], before: Values, after: object): Path[] {
  return secrets.map((path) => {
    const name = String(path[0]);
    return JSON.stringify(before[name]) === JSON.stringify((after as Values)[name]) ? path : [name];
  });
}
