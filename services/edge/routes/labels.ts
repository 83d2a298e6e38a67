import { parseHostName } from "./host-name";
import type { Mode } from "./types";

/** What an app's labels say of one of its ports. */
export interface PortLabels {
  hosts: string[];
  mode?: Mode;
  balance?: string;
}

export interface AppLabels {
  /** From HAPROXY_GROUP; empty: any proxy may serve the app. */
  groups: string[];
  /** By port index. */
  ports: Map<number, PortLabels>;
  /** Labels of marathon-lb that have no effect here. */
  unsupported: string[];
}

const PORT_LABEL = /^HAPROXY_(\d+)_([A-Z0-9_]+)$/;
/** The characters of HAProxy's algorithms, `hdr(Host)` included; whether it is one is HAProxy's to say. */
const BALANCE = /^[a-z][a-z-]*(\([A-Za-z0-9_-]+\))?$/;

/**
 * Reads the labels that marathon-lb defines.
 * @throws Error that names the label with a wrong value
 */
export function parseLabels(labels: Record<string, string>): AppLabels {
  const result: AppLabels = { groups: [], ports: new Map(), unsupported: [] };
  for (const [label, value] of Object.entries(labels)) {
    const [, index, key] = PORT_LABEL.exec(label) ?? [];
    if (index === undefined) {
      if (label === "HAPROXY_GROUP") result.groups = value.split(",").map((group) => group.trim());
      else if (label.startsWith("HAPROXY_")) result.unsupported.push(label);
      continue;
    }
    const port = result.ports.get(Number(index)) ?? { hosts: [] };
    result.ports.set(Number(index), port);
    try {
      if (key === "VHOST") port.hosts = value.split(",").map(parseHostName);
      else if (key === "MODE") port.mode = parseMode(value);
      else if (key === "BALANCE") port.balance = parseBalance(value);
      else result.unsupported.push(label);
    } catch (error) {
      throw new Error(`label ${label}: ${(error as Error).message}`);
    }
  }
  return result;
}

function parseMode(text: string): Mode {
  if (text !== "http" && text !== "tcp") throw new Error(`'${text}' is neither http nor tcp`);
  return text;
}

function parseBalance(text: string): string {
  if (!BALANCE.test(text)) throw new Error(`'${text}' is no balancing algorithm, such as roundrobin or leastconn`);
  return text;
}
