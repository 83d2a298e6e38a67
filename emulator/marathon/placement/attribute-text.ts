import type { Attribute } from "@drover/lib/mesos/types";
import type { AgentFacts } from "../model/instance";

/** The value a constraint compares; undefined when the agent does not have the field. */
export function fieldText(agent: AgentFacts, field: string): string | undefined {
  switch (field) {
    case "hostname":
    case "@hostname":
      return agent.host;
    case "@region":
      return agent.region;
    case "@zone":
      return agent.zone;
    default: {
      const attribute = agent.attributes.find((each) => each.name === field);
      return attribute && attributeText(attribute);
    }
  }
}

/** `r1`, `8`, `[1-3,7-9]`, `{a,b}`: attributes as Mesos prints them. */
function attributeText({ text, scalar, ranges, set }: Attribute): string {
  if (scalar) return String(Math.round(scalar.value * 1000) / 1000);
  if (ranges) return `[${ranges.range.map(({ begin, end }) => `${begin}-${end}`).join(",")}]`;
  if (set) return `{${set.item.join(",")}}`;
  return text?.value ?? "";
}
