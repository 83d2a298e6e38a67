/** An answer of the Docker engine that is an error; dockerode's form. */
export interface EngineError extends Error {
  statusCode: number;
  json?: { message?: string };
}

export function isEngineError(error: unknown): error is EngineError {
  return error instanceof Error && typeof (error as Partial<EngineError>).statusCode === "number";
}

/** The engine does not have what was asked for. */
export function isNotFound(error: unknown): boolean {
  return isEngineError(error) && error.statusCode === 404;
}

/** The value, or undefined when the engine answers that there is no such thing. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The engine's own words without dockerode's preamble. */
export function engineMessage(error: unknown): string {
  if (isEngineError(error) && error.json?.message !== undefined) return error.json.message;
  return error instanceof Error ? error.message : String(error);
}

/** What the engine says -> what to do about it. */
const ADVICE: [RegExp, (match: RegExpMatchArray) => string][] = [
  [
    /Bind for (.+):(\d+) failed: port is already allocated|listen (?:tcp|udp|sctp)\d? (.+):(\d+): bind: address already in use|failed to bind host port (?:for )?(\S+?):(\d+)[:/].*address already in use/,
    ([, ip1, port1, ip2, port2, ip3, port3]) =>
      `port ${port1 ?? port2 ?? port3} is already in use on ${ip1 ?? ip2 ?? ip3}: stop what holds it or set another \`external\` port`,
  ],
  [
    /network (\S+) not found/,
    ([, name]) => `network ${name} does not exist there: create it first, or correct \`networksAdvanced\``,
  ],
  [
    /Pool overlaps with other one|invalid pool request/,
    () => "the subnet overlaps with another network's: choose another `subnet`, or remove that network",
  ],
  [/Address already in use/, () => "the address is taken on that network: choose another `ipv4Address`"],
  [
    /error gathering device information.*"(.+?)"/,
    ([, device]) => `the host has no device ${device}: take it out of \`devices\``,
  ],
  [/No such image: (\S+)/, ([, name]) => `image ${name} is not there: build, load or pull it on that host first`],
  [/volume is in use/, () => "a container still uses the volume: remove that container first"],
  [/has active endpoints/, () => "containers are still attached to the network: remove them or disconnect them first"],
];

/** Says which thing on which host failed, what the engine answered, and what to do where that is known. */
export function explain(what: string, host: string, error: unknown): Error {
  if (!isEngineError(error)) return error instanceof Error ? error : new Error(String(error));
  const message = engineMessage(error);
  for (const [pattern, advice] of ADVICE) {
    const match = message.match(pattern);
    if (match !== null) return new Error(`${what} on ${host}: ${advice(match)} (Docker says: ${message})`);
  }
  return new Error(`${what} on ${host}: Docker says: ${message}`);
}
