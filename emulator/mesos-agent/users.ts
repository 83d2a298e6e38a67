import { readText } from "./checkpoint/files";

export interface SystemUser {
  uid: number;
  gid: number;
}

/** Looks a user up in /etc/passwd; undefined when there is none of that name. */
export function findUser(name: string): SystemUser | undefined {
  const entry = entries("passwd").find(([candidate]) => candidate === name);
  return entry === undefined ? undefined : { uid: Number(entry[2]), gid: Number(entry[3]) };
}

/** Name of a user, its number when it has none. */
export function userName(uid: number): string {
  return nameOf("passwd", uid);
}

/** Name of a group, its number when it has none. */
export function groupName(gid: number): string {
  return nameOf("group", gid);
}

function nameOf(database: "passwd" | "group", id: number): string {
  return entries(database).find(([, , candidate]) => candidate === String(id))?.[0] ?? String(id);
}

function entries(database: "passwd" | "group"): string[][] {
  return (readText(`/etc/${database}`) ?? "").split("\n").map((line) => line.split(":"));
}
