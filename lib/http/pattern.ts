/**
 * Compiles a path pattern: `:name` stands for one segment, `*name` for one or more, everything else for itself.
 * `/v2/apps/*app/tasks` matches `/v2/apps/shop/web/tasks` with app = `shop/web`.
 */
export function compilePattern(pattern: string): (path: string) => Record<string, string> | undefined {
  const source = pattern
    .split("/")
    .map((segment) => {
      const name = /^[:*]([A-Za-z]\w*)$/.exec(segment)?.[1];
      if (name === undefined) {
        return segment.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      }
      return segment.startsWith(":") ? `(?<${name}>[^/]+)` : `(?<${name}>.+)`;
    })
    .join("/");
  const expression = new RegExp(`^${source}$`);
  return (path) => {
    const match = expression.exec(path);
    return match ? decodeAll(match.groups ?? {}) : undefined;
  };
}

function decodeAll(groups: Record<string, string>): Record<string, string> | undefined {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    return undefined; // a broken percent escape names nothing
  }
}
