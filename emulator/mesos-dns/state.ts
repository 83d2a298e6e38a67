/** The part of a master's `/state` that names are made of. */

export interface State {
  /** `master@ip:port`; empty while there is no leader. */
  leader?: string;
  slaves: Agent[];
  /** Agents that a new leader has read from its registry and that have not come back to it yet. */
  recovered_slaves?: { id: string }[];
  frameworks: Framework[];
}

export interface Agent {
  id: string;
  /** `slave(1)@ip:port` */
  pid: string;
}

export interface Framework {
  id: string;
  name: string;
  /** Absent for frameworks on the HTTP API. */
  pid?: string;
  hostname?: string;
  tasks: Task[];
}

export interface Task {
  id: string;
  name: string;
  slave_id: string;
  state: string;
  statuses?: Status[];
  /** `ports` is text: `[31000-31001, 31005-31005]`. */
  resources: { ports?: string };
  discovery?: { name?: string; ports?: { ports?: { number: number; name?: string; protocol?: string }[] } };
}

export interface Status {
  state: string;
  timestamp: number;
  labels?: { key: string; value?: string }[];
  container_status?: {
    network_infos?: { ip_addresses?: { ip_address?: string }[]; ip_address?: string }[];
  };
}

/** Address and port of a libprocess id such as `slave(1)@10.0.0.1:5051`, or undefined when it is none. */
export function parsePid(pid: string | undefined): { address: string; port: number } | undefined {
  const match = /^[^@]+@\[?([^\]@]+)\]?:(\d+)$/.exec(pid ?? "");
  return match?.[1] === undefined ? undefined : { address: match[1], port: Number(match[2]) };
}

/** The single ports of a resource's text. */
export function parsePorts(text = ""): number[] {
  return [...text.matchAll(/(\d+)-(\d+)/g)].flatMap(([, first, last]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, offset) => Number(first) + offset),
  );
}
