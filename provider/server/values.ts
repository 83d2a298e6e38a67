// Pulumi's wire format: secrets and outputs are objects with this key, whose value says which of the two.
const signature = "4dabf18193072939515e22adb298388d";
const secret = "1b47061264138c4ac30d75fd1eb44270";
const output = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Takes the wrappers off secrets and outputs. Which outputs are secret is said by the resource's class. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const object = value as Record<string, unknown>;
  if (object[signature] === secret || object[signature] === output) return plain(object.value);
  return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, plain(inner)]));
}
