/** Durations as Mesos flags write them: `15secs`, `1.5hrs`, `500ms`. */

const NANOSECONDS: ReadonlyMap<string, number> = new Map([
  ["ns", 1],
  ["us", 1e3],
  ["ms", 1e6],
  ["secs", 1e9],
  ["mins", 60e9],
  ["hrs", 3600e9],
  ["days", 86_400e9],
  ["weeks", 604_800e9],
]);

/**
 * Parses a Mesos duration into milliseconds (a fraction below one millisecond is kept).
 * @throws Error when it is not a non-negative number followed directly by a unit
 */
export function parseDurationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text.trim());
  const unit = NANOSECONDS.get(match?.[2] ?? "");
  if (match?.[1] === undefined || unit === undefined) {
    const units = [...NANOSECONDS.keys()].join(", ");
    throw new Error(`'${text}' is not a duration: write a number and one of ${units}, for example 15secs`);
  }
  return (Number(match[1]) * unit) / 1e6;
}

/** Writes milliseconds in the largest unit that leaves a whole number, as Mesos prints its flags. */
export function formatDurationMs(ms: number): string {
  const nanoseconds = Math.round(ms * 1e6);
  const units = [...NANOSECONDS].reverse();
  const [name, size] = units.find(([, candidate]) => nanoseconds !== 0 && nanoseconds % candidate === 0) ?? ["ns", 1];
  return `${nanoseconds / size}${name}`;
}
