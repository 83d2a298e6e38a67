import type { ErrorDetail } from "@drover/lib/marathon/types";
import type * as z from "zod";
import { ApiError, invalidJson, invalidObject } from "./api-error";

type Issue = z.core.$ZodIssue;

/** Parses a request's body. @throws ApiError 400 with the parser's text */
export function parseJsonBody(body: Buffer): unknown {
  try {
    return withoutNulls(JSON.parse(body.toString("utf8")));
  } catch (error) {
    throw new ApiError(400, { message: "Invalid JSON", details: (error as Error).message });
  }
}

/**
 * Checks a value against its schema; fields the schema does not name are dropped, as upstream does.
 * @throws ApiError 422 "Invalid JSON" for wrong types, "Object is not valid" for values out of bounds
 */
export function checkShape<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.flatMap(leaves);
  const shape = issues.filter((issue) => !isBound(issue));
  throw shape.length > 0 ? invalidJson(toDetails(shape)) : invalidObject(toDetails(issues));
}

/** `["container", "portMappings", 0, "name"]` → `/container/portMappings(0)/name` */
export function detailPath(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `(${part})` : `/${String(part)}`)).join("");
  return text || "/";
}

/** An explicit null means the same as a field left out. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const given = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(given.map(([key, each]) => [key, withoutNulls(each)]));
}

/** The issues of a union's last branch stand for the union: the most general one comes last in the schemas. */
function leaves(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const branch = issue.errors.at(-1) ?? [];
  return branch.flatMap((inner) => leaves({ ...inner, path: [...issue.path, ...inner.path] } as Issue));
}

function isBound(issue: Issue): boolean {
  return ["too_small", "too_big", "custom", "invalid_format"].includes(issue.code);
}

function toDetails(issues: Issue[]): ErrorDetail[] {
  const byPath = new Map<string, string[]>();
  for (const issue of issues) {
    const path = detailPath(issue.path);
    byPath.set(path, [...(byPath.get(path) ?? []), messageOf(issue)]);
  }
  return [...byPath].map(([path, errors]) => ({ path, errors }));
}

function messageOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined && /received undefined/.test(issue.message)
        ? "error.path.missing"
        : `error.expected.${playNames[issue.expected] ?? `js${issue.expected}`}`;
    case "invalid_value":
      return `must be one of ${issue.values.map((value) => `'${String(value)}'`).join(", ")}`;
    case "too_small":
      return issue.origin === "string" || issue.origin === "array"
        ? `must have at least ${issue.minimum} elements`
        : `must be greater than ${issue.inclusive ? "or equal to " : ""}${issue.minimum}`;
    case "too_big":
      return issue.origin === "string" || issue.origin === "array"
        ? `must have at most ${issue.maximum} elements`
        : `must be less than ${issue.inclusive ? "or equal to " : ""}${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** zod's names of JSON types, as Play JSON calls them. */
const playNames: Record<string, string> = {
  number: "jsnumber",
  int: "int",
  string: "jsstring",
  boolean: "jsboolean",
  array: "jsarray",
  tuple: "jsarray",
  object: "jsobject",
  record: "jsobject",
};
