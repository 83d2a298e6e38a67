import type { Attribute, Offer } from "@drover/lib/mesos/types";
import type { Constraint } from "../model/job";

/** Whether a job may go to an offer's agent; `hostname` is an attribute unless the agent has one of that name. */
export function fulfils([name, operator, wanted]: Constraint, offer: Offer): boolean {
  const own: Attribute = { name: "hostname", type: "TEXT", text: { value: offer.hostname } };
  const attributes = [...(offer.attributes ?? []), own].filter((attribute) => attribute.name === name);
  const [attribute] = attributes;
  if (attribute === undefined || attribute.type === "RANGES") return false;
  switch (operator) {
    case "EQUALS":
      return attributes.some(({ text }) => text?.value === wanted);
    case "LIKE":
      return matches(attribute, wanted);
    case "UNLIKE":
      return !matches(attribute, wanted);
  }
}

function matches({ text, scalar, set }: Attribute, source: string): boolean {
  const expression = new RegExp(`^(?:${source})$`);
  if (set) return set.item.some((item) => expression.test(item));
  if (scalar) return expression.test(decimal(scalar.value));
  return expression.test(text?.value ?? "");
}

/** Java prints doubles with a fraction: `8.0`. */
export function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
