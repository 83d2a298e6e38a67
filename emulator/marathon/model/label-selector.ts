import { ApiError } from "./api-error";

type Test = (labels: Readonly<Record<string, string>>) => boolean;

const comma = /,(?![^()]*\))/;

/**
 * Reads Marathon's label selectors: `k==v`, `k!=v`, `k in (a,b)`, `k notin (a,b)` and `k` (is set), joined by commas.
 * A label that is missing differs from every value. A backslash keeps the character after it.
 * @throws ApiError 400 that names the part that is none of these
 */
export function parseLabelSelector(text: string): Test {
  const tests = text.split(comma).map((part) => parseOne(part.trim()));
  return (labels) => tests.every((test) => test(labels));
}

function parseOne(text: string): Test {
  const [, key = "", operator, value] = /^([^\s=!()]+)\s*(?:(==|!=)\s*([^\s=!]+))?$/.exec(text) ?? [];
  if (key !== "") {
    const name = unquote(key);
    const wanted = unquote(value ?? "");
    if (operator === "==") return (labels) => labels[name] === wanted;
    if (operator === "!=") return (labels) => labels[name] !== wanted;
    return (labels) => name in labels;
  }
  const [, setKey = "", setOperator, list = ""] = /^([^\s=!()]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text) ?? [];
  if (setKey === "") throw new ApiError(400, `'${text}' is not a label selector: write k==v, k!=v, k in (a,b) or k`);
  const name = unquote(setKey);
  const values = new Set(list.split(",").map((each) => unquote(each.trim())));
  const isIn: Test = (labels) => name in labels && values.has(labels[name] ?? "");
  return setOperator === "in" ? isIn : (labels) => !isIn(labels);
}

function unquote(text: string): string {
  return text.replace(/\\(.)/g, "$1");
}
