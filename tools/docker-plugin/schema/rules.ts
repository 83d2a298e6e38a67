import { type Duration, parseDuration } from "./duration";
import type { Rule } from "./types";

/** A whole number within bounds, both included. */
export function between(min: number, max = Number.MAX_SAFE_INTEGER): Rule<number> {
  return (value) => {
    if (value >= min && value <= max) return undefined;
    return max === Number.MAX_SAFE_INTEGER ? `must be at least ${min}` : `must be from ${min} to ${max}`;
  };
}

/** A string that matches the pattern; `form` says in words what is allowed. */
export function matching(pattern: RegExp, form: string): Rule<string> {
  return (value) => (pattern.test(value) ? undefined : `must be ${form}`);
}

/** A rule that every element of a list must keep. */
export function each<T>(rule: Rule<T>): Rule<T[]> {
  return (values) => {
    for (const [index, value] of values.entries()) {
      const broken = rule(value);
      if (broken !== undefined) return `element ${index}: ${broken}`;
    }
    return undefined;
  };
}

export const port = between(1, 65535);

export const absolutePath = matching(/^\//, "an absolute path");

/** The engine's own grammar for names of containers and volumes. */
export const objectName = matching(
  /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/,
  "letters, digits, underscores, dots and hyphens, and must begin with a letter or digit",
);

export const keyValue = matching(/^[^=]+=/, "of the form KEY=value");

export const capability = matching(/^(ALL|CAP_[A-Z_]+)$/, "a capability such as CAP_NET_ADMIN, or ALL");

export const duration: Rule<Duration> = (value) =>
  parseDuration(value) === undefined ? "must be a duration such as 500ms, 10s or 1m30s" : undefined;
