import { BadRequest } from "./bad-request";

const grammar = /^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*$/;

/** What Docker itself makes up for a volume without a name; the shortest limit of the clouds is Azure's, 80. */
const maxLength = 64;

/**
 * The name by which a volume is known everywhere: to the cloud, in ZooKeeper, as a folder. Names differ by more than
 * case, since Azure's do.
 * @param what stands in the error before the name
 * @throws BadRequest that says what a name may be
 */
export function canonicalName(name: unknown, what = "volume name"): string {
  const canonical = typeof name === "string" ? name.toLowerCase() : "";
  if (canonical.length > maxLength || !grammar.test(canonical)) {
    const shown = JSON.stringify(name)?.slice(0, 80) ?? "nothing";
    throw new BadRequest(
      `${what} ${shown} is refused: use letters, digits, dashes, underscores and single inner dots, at most ${maxLength} characters`,
    );
  }
  return canonical;
}
