import type { AppChange } from "../deployments/plan";
import type { GroupInfo, Root } from "../model/root";

/** One change of what is wanted, with enough to take it back. Definitions are named by their versions. */
export interface HistoryRecord {
  version: string;
  specs: { id: string; from?: string; to?: string }[];
  groups: { id: string; from?: GroupInfo; to?: GroupInfo }[];
}

export function recordOf(version: string, changes: readonly AppChange[], before: Root, after: Root): HistoryRecord {
  const ids = new Set([...before.groups.keys(), ...after.groups.keys()]);
  return {
    version,
    specs: changes.map(({ id, from, to }) => ({
      id,
      ...(from ? { from: from.version } : {}),
      ...(to ? { to: to.version } : {}),
    })),
    groups: [...ids]
      .map((id) => ({ id, from: before.groups.get(id), to: after.groups.get(id) }))
      .filter(({ from, to }) => from !== to)
      .map(({ id, from, to }) => ({ id, ...(from ? { from } : {}), ...(to ? { to } : {}) })),
  };
}

/** What was wanted at a time, as far as it differs from now: versions of definitions, and the groups. */
export interface FormerState {
  /** Undefined: was not there. */
  specs: Map<string, string | undefined>;
  groups: ReadonlyMap<string, GroupInfo>;
}

/**
 * Takes changes back until the one of a version.
 * @param records oldest first
 * @returns undefined when no change of that version is known
 */
export function stateAt(records: readonly HistoryRecord[], version: string, now: Root): FormerState | undefined {
  if (!records.some((record) => record.version === version)) return undefined;
  const specs = new Map<string, string | undefined>();
  const groups = new Map(now.groups);
  for (const record of [...records].reverse()) {
    if (record.version === version) break;
    for (const { id, from } of record.specs) specs.set(id, from);
    for (const { id, from } of record.groups) from ? groups.set(id, from) : groups.delete(id);
  }
  return { specs, groups };
}

/** Versions at which a group was there, newest first. @param records oldest first */
export function versionsOfGroup(records: readonly HistoryRecord[], id: string, now: Root): string[] {
  const versions: string[] = [];
  let isThere = now.groups.has(id);
  for (const record of [...records].reverse()) {
    if (isThere) versions.push(record.version);
    const change = record.groups.find((group) => group.id === id);
    if (change) isThere = change.from !== undefined;
  }
  return versions;
}
