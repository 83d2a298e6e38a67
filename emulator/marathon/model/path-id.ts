/** Ids of apps and groups: absolute paths such as `/prod/web`. The root group is `/`. */

const segment = "[a-z0-9](?:[a-z0-9\\-]*[a-z0-9])?";
const segmentPattern = new RegExp(`^(?:${segment}\\.)*${segment}$`);
/** Last segments that the URLs of the API need for themselves. */
const reserved = new Set(["restart", "tasks", "versions", ".", ".."]);

/** Makes an id absolute: relative ones start at `base`; `.` and `..` are resolved. */
export function absoluteId(id: string, base = "/"): string {
  const segments = id.startsWith("/") ? [] : base.split("/").filter(Boolean);
  for (const part of id.split("/")) {
    if (part === "..") segments.pop();
    else if (part !== "" && part !== ".") segments.push(part);
  }
  return `/${segments.join("/")}`;
}

/** What is wrong with an absolute id of an app; empty when nothing is. */
export function problemsOfAppId(id: string): string[] {
  if (id === "/") return ["must not be the root group"];
  const last = id.slice(id.lastIndexOf("/") + 1);
  if (reserved.has(last))
    return [`must not end with any of the following reserved keywords: ${[...reserved].join(", ")}`];
  return problemsOfGroupId(id);
}

/** Mesos takes ids of at most 255 characters, and a task's has that of its app, a UUID and two numbers in it. */
const maxLength = 190;

/** What is wrong with an absolute id of a group; empty when nothing is. */
export function problemsOfGroupId(id: string): string[] {
  if (id.length > maxLength) return [`must not be longer than ${maxLength} characters`];
  const wrong = segmentsOf(id).some((part) => !segmentPattern.test(part));
  return wrong ? [`must fully match regular expression '${segmentPattern.source}' in every segment`] : [];
}

export function segmentsOf(id: string): string[] {
  return id.split("/").filter(Boolean);
}

/** The group that holds an app or group; the root's parent is the root. */
export function parentOf(id: string): string {
  return id.slice(0, id.lastIndexOf("/")) || "/";
}

/** All groups above an id, the root first. */
export function ancestorsOf(id: string): string[] {
  const segments = segmentsOf(id);
  return segments.map((_, depth) => `/${segments.slice(0, depth).join("/")}`);
}

/** True for the group itself and everything below it. */
export function isWithin(id: string, group: string): boolean {
  return group === "/" || id === group || id.startsWith(`${group}/`);
}

/** `/prod/web` → `web.prod`: the Mesos task's name and so its name in mesos-dns. */
export function mesosName(id: string): string {
  return segmentsOf(id).reverse().join(".");
}

/** `/prod/web` → `prod_web`: the first part of its task ids. */
export function underscored(id: string): string {
  return segmentsOf(id).join("_");
}
