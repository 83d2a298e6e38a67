import { readFileSync } from "node:fs";
import { parseDurationMs } from "./duration";
import { nearest } from "./nearest";

/** How one flag is read. `initial` is its default as text, parsed like a value that was given. */
export interface Flag<T> {
  parse(text: string): T;
  initial?: string;
  required?: boolean;
  /** For on/off flags: `<prefix><negation><NAME>` switches it off. */
  negatable?: boolean;
  /** The value is a path itself: a leading `file://` is not replaced by the file's content. */
  isPath?: boolean;
}

type Parsed<F> = F extends Flag<infer T> ? T : never;

export type FlagValues<Table extends Record<string, Flag<unknown>>> = { [Name in keyof Table]: Parsed<Table[Name]> };

export interface ParsedFlags<Table extends Record<string, Flag<unknown>>> {
  values: FlagValues<Table>;
  /** Every flag that has a value, as text, by its name in lower case. */
  texts: Record<string, string>;
}

export interface FlagOptions {
  /** For instance `MESOS_`. */
  prefix: string;
  /** Between prefix and name of a flag that is switched off: Mesos says `NO_`, Marathon `DISABLE_`. */
  negation?: string;
  /** Variables with the prefix that are no flags, in full. */
  others?: string[];
}

/** One problem a line, all of them at once. */
export class FlagError extends Error {
  constructor(problems: string[]) {
    super(problems.join("\n"));
    this.name = "FlagError";
  }
}

/**
 * Reads flags from environment variables: the flag `zk_session_timeout` is `<PREFIX>ZK_SESSION_TIMEOUT`. A value
 * `file:///path` stands for the file's content. Names in the table are lower case with underscores.
 * @throws FlagError for unknown variables with the prefix, for values that cannot be read, for missing ones
 */
export function parseFlags<Table extends Record<string, Flag<unknown>>>(
  table: Table,
  environment: Record<string, string | undefined>,
  options: FlagOptions,
): ParsedFlags<Table> {
  const names = Object.keys(table);
  const variableOf = (name: string) => options.prefix + name.toUpperCase();
  const negationOf = (name: string) => `${options.prefix}${options.negation ?? "NO_"}${name.toUpperCase()}`;
  const known = new Set(
    names.flatMap((name) => [variableOf(name), ...(table[name]?.negatable ? [negationOf(name)] : [])]),
  );
  const problems = unknownVariables(environment, known, options);
  const values: Record<string, unknown> = {};
  const texts: Record<string, string> = {};
  for (const [name, flag] of Object.entries(table)) {
    const variable = variableOf(name);
    const negated = flag.negatable ? environment[negationOf(name)] : undefined;
    const given = negated === undefined ? environment[variable] : String(!truth(negated, negationOf(name), problems));
    if (negated !== undefined && environment[variable] !== undefined) {
      problems.push(`${negationOf(name)} and ${variable} contradict each other: set one of them`);
    }
    const text = given ?? flag.initial;
    if (text === undefined) {
      if (flag.required) {
        problems.push(`${variable} is missing: it has no default`);
      }
      continue;
    }
    try {
      const content = text.startsWith("file://") && !flag.isPath ? readFileSync(text.slice(7), "utf8").trim() : text;
      values[name] = flag.parse(content);
      texts[name] = content;
    } catch (error) {
      problems.push(`${variable}: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) {
    throw new FlagError(problems);
  }
  return { values: values as FlagValues<Table>, texts };
}

function truth(text: string, variable: string, problems: string[]): boolean {
  try {
    return parseBoolean(text);
  } catch (error) {
    problems.push(`${variable}: ${(error as Error).message}`);
    return false;
  }
}

function unknownVariables(
  environment: Record<string, string | undefined>,
  known: Set<string>,
  { prefix, others = [] }: FlagOptions,
): string[] {
  return Object.keys(environment)
    .filter((variable) => variable.startsWith(prefix) && !known.has(variable) && !others.includes(variable))
    .map((variable) => {
      const meant = nearest(variable, [...known]);
      return `${variable} is no flag of this program${meant ? `; the nearest one is ${meant}` : ""}`;
    });
}

function parseBoolean(text: string): boolean {
  if (["true", "1", ""].includes(text)) {
    return true;
  }
  if (["false", "0"].includes(text)) {
    return false;
  }
  throw new Error(`'${text}' is neither true nor false`);
}

/** Text; without a default and not required it may be absent. */
export function textFlag(initial: string): Flag<string>;
export function textFlag(): Flag<string | undefined>;
export function textFlag(initial?: string): Flag<string | undefined> {
  return { parse: (text) => text, initial };
}

/** A value that has to be given, read by `parse`, which throws when it is wrong. */
export function requiredFlag<T>(parse: (text: string) => T): Flag<T> {
  return { parse, required: true };
}

/** A value that may be absent, read by `parse`, which throws when it is wrong. */
export function optionalFlag<T>(parse: (text: string) => T): Flag<T | undefined> {
  return { parse };
}

/** A path, left as it is apart from a leading `file://`. */
export function pathFlag(): Flag<string | undefined> {
  return { parse: (text) => text.replace(/^file:\/\//, ""), isPath: true };
}

/** `true`, `1` or nothing; `false` or `0`; also as `<prefix><negation><NAME>`. */
export function booleanFlag(initial: boolean): Flag<boolean> {
  return { parse: parseBoolean, initial: String(initial), negatable: true };
}

/** A whole number within bounds (both included). */
export function integerFlag(initial: number, minimum = 0, maximum = Number.MAX_SAFE_INTEGER): Flag<number> {
  return { parse: (text) => parseInteger(text, minimum, maximum), initial: String(initial) };
}

/** Reads a whole number within bounds (both included). */
export function parseInteger(text: string, minimum: number, maximum: number): number {
  const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= minimum && number <= maximum)) {
    throw new Error(`'${text}' is not a whole number from ${minimum} to ${maximum}`);
  }
  return number;
}

/** A Mesos duration such as `15secs`; the value is in milliseconds. */
export function durationFlag(initial: string): Flag<number> {
  return { parse: parseDurationMs, initial };
}

/** One of a few words. */
export function choiceFlag<const Word extends string>(words: readonly Word[], initial: Word): Flag<Word> {
  const parse = (text: string) => {
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) {
      throw new Error(`'${text}' is not one of ${words.join(", ")}`);
    }
    return word;
  };
  return { parse, initial };
}

/** Flags by name with the only value that each may have, its default: what another would change, the program lacks. */
export function fixedFlags(defaults: Readonly<Record<string, string>>): Record<string, Flag<string>> {
  return Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, fixedFlag(value)]));
}

function fixedFlag(value: string): Flag<string> {
  const parse = (text: string) => {
    if (text !== value) {
      throw new Error(`this program does not have what '${text}' asks for: leave it out or set '${value}'`);
    }
    return text;
  };
  return { parse, initial: value };
}
