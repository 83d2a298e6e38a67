import type { ErrorDetail } from "@drover/lib/marathon/types";
import { dependenciesOf, dependencyLevels } from "./dependencies";
import { problemsOfGroupId } from "./path-id";
import { appsOf, type Root } from "./root";
import { exclusiveVolumes } from "./volume-validation";

/** Rules that concern apps and groups together. */
export function rootProblems(root: Root): ErrorDetail[] {
  return [...groupIdProblems(root), ...sharedVolumes(root), ...circles(root)];
}

function groupIdProblems({ specs, groups }: Root): ErrorDetail[] {
  return [...groups.keys()].flatMap((id) => [
    ...problemsOfGroupId(id).map((error) => ({ path: "/id", errors: [`${id.slice(0, 200)} ${error}`] })),
    ...(specs.has(id)
      ? [{ path: "/id", errors: [`An app and a group must not have the same id: ${id} is both`] }]
      : []),
  ]);
}

function sharedVolumes(root: Root): ErrorDetail[] {
  const users = new Map<string, string[]>();
  for (const app of appsOf(root)) {
    for (const name of exclusiveVolumes(app)) users.set(name, [...(users.get(name) ?? []), app.id]);
  }
  return [...users]
    .filter(([, ids]) => ids.length > 1)
    .map(([name, ids]) => ({
      path: "/container/volumes",
      errors: [`External volume ${name} is used by several apps: ${ids.join(", ")}`],
    }));
}

function circles(root: Root): ErrorDetail[] {
  const levels = dependencyLevels(dependenciesOf(root, [...root.specs.keys()]));
  return levels ? [] : [{ path: "/dependencies", errors: ["Dependency graph has cyclic dependencies."] }];
}
