import { machines } from "../model/machine";
import type { StackRule } from "../rule";

/** From this many zones on, each core machine of three has one of its own. */
const enoughZones = 3;

/** A zone that fails must not take the majority along. */
export const coreZones: StackRule = {
  name: "core-zones",
  description: "No two core machines are in the same zone where three zones exist.",
  level: "mandatory",
  stack(resources, { environment }) {
    const all = machines(resources, environment);
    const core = all.filter(({ role }) => role === "core");
    const known = new Set([
      ...all.flatMap(({ zones }) => zones),
      ...(environment.azure?.zones ?? []),
      ...(environment.openstack?.zones ?? []),
    ]);
    if (known.size < enoughZones) return [];
    return core.flatMap(({ resource, zones }, i) => {
      const [zone] = zones;
      if (zone === undefined) {
        return [
          { urn: resource.urn, message: `${resource.name} has no zone: choose one of ${[...known].sort().join(", ")}` },
        ];
      }
      const other = core.slice(0, i).find((machine) => machine.zones[0] === zone);
      // Five machines cannot have a zone each where there are three.
      const crowded =
        core.length > known.size &&
        core.filter((machine) => machine.zones[0] === zone).length <= Math.ceil(core.length / known.size);
      if (!other || crowded) return [];
      return [
        {
          urn: resource.urn,
          message: `${resource.name} is in zone ${zone}, as ${other.resource.name} is: choose another zone for one of them`,
        },
      ];
    });
  },
};
