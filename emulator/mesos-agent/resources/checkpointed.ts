import { isDeepStrictEqual } from "node:util";
import type { Range, ReservationInfo, Resource } from "@drover/lib/mesos/types";

/**
 * The agent's resources with dynamic reservations and volumes carved out of what the flags give.
 * @param total as the flags say
 * @param checkpointed what the master had written down
 */
export function withCheckpointed(total: readonly Resource[], checkpointed: readonly Resource[]): Resource[] {
  const left = checkpointed.reduce<Resource[]>((rest, taken) => rest.flatMap((each) => less(each, taken)), [...total]);
  return [...left, ...checkpointed];
}

/** `resource` without what `taken` was made from; another resource stays as it is. */
function less(resource: Resource, taken: Resource): Resource[] {
  if (resource.name !== taken.name || !isDeepStrictEqual(baseOf(resource), baseOf(taken))) {
    return [resource];
  }
  if (resource.scalar !== undefined) {
    // Mesos counts in thousandths.
    const value = Math.round((resource.scalar.value - (taken.scalar?.value ?? 0)) * 1000) / 1000;
    return value > 0 ? [{ ...resource, scalar: { value } }] : [];
  }
  if (resource.ranges !== undefined) {
    const range = resource.ranges.range.flatMap((each) => cut(each, taken.ranges?.range ?? []));
    return range.length > 0 ? [{ ...resource, ranges: { range } }] : [];
  }
  const item = (resource.set?.item ?? []).filter((each) => !taken.set?.item.includes(each));
  return item.length > 0 ? [{ ...resource, set: { item } }] : [];
}

/** What a resource was before reservations by frameworks and operators, and before it became a volume. */
function baseOf(resource: Resource): { reservations: ReservationInfo[]; source: unknown } {
  const reservations = (resource.reservations ?? []).filter(({ type }) => type === "STATIC");
  return { reservations, source: resource.disk?.source };
}

function cut(range: Range, taken: readonly Range[]): Range[] {
  return taken.reduce<Range[]>(
    (parts, { begin, end }) =>
      parts.flatMap((part) =>
        end < part.begin || part.end < begin
          ? [part]
          : [
              { begin: part.begin, end: begin - 1 },
              { begin: end + 1, end: part.end },
            ].filter((rest) => rest.begin <= rest.end),
      ),
    [range],
  );
}
