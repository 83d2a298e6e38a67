import { isWithin } from "./path-id";
import type { Root } from "./root";

/**
 * The apps that have to be there before each of the given ones: an app's own dependencies and those of the groups it
 * is in, where a dependency on a group means all apps of that group. Only apps of the given list count.
 */
export function dependenciesOf(root: Root, ids: readonly string[]): Map<string, Set<string>> {
  const result = new Map<string, Set<string>>();
  for (const id of ids) {
    const wanted = [
      ...(root.specs.get(id)?.dependencies ?? []),
      ...[...root.groups.values()].filter((group) => isWithin(id, group.id)).flatMap((group) => group.dependencies),
    ];
    const isWanted = (other: string) => other !== id && wanted.some((each) => isWithin(other, each));
    result.set(id, new Set(wanted.length > 0 ? ids.filter(isWanted) : []));
  }
  return result;
}

/**
 * Sorts apps into levels: each app's dependencies are in levels before its own.
 * @returns undefined when apps depend on each other in a circle
 */
export function dependencyLevels(dependencies: ReadonlyMap<string, ReadonlySet<string>>): string[][] | undefined {
  const levels: string[][] = [];
  const placed = new Set<string>();
  let rest = [...dependencies.keys()];
  while (rest.length > 0) {
    const level = rest.filter((id) => [...(dependencies.get(id) ?? [])].every((each) => placed.has(each)));
    if (level.length === 0) return undefined;
    for (const id of level) placed.add(id);
    rest = rest.filter((id) => !placed.has(id));
    levels.push(level);
  }
  return levels;
}
