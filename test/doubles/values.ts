import { isDeepStrictEqual } from "node:util";
import { plain } from "../../provider/server/values";

// Pulumi's wire format: see provider/server/values.ts.
const signature = "4dabf18193072939515e22adb298388d";
const output = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const secret = "1b47061264138c4ac30d75fd1eb44270";

/** Takes the wrappers of outputs off and leaves those of secrets on, as a provider's answers have them. */
export function withSecretsOnly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSecretsOnly);
  if (typeof value !== "object" || value === null) return value;
  const object = value as Record<string, unknown>;
  if (object[signature] === output) {
    const inner = withSecretsOnly(object.value);
    return object.secret === true ? { [signature]: secret, value: inner } : inner;
  }
  return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, withSecretsOnly(inner)]));
}

/** Names of the inputs that differ. */
export function changed(olds: object, news: object): string[] {
  const [before, after] = [plain(olds), plain(news)] as [Record<string, unknown>, Record<string, unknown>];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => !isDeepStrictEqual(before[key], after[key]),
  );
}
