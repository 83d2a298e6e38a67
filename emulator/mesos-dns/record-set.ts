import { isIPv6 } from "node:net";

export interface SrvTarget {
  host: string;
  port: number;
}

/** What `/v1/enumerate` tells of one record. */
export interface TaskRecord {
  name: string;
  host: string;
  rtype: "A" | "AAAA" | "SRV";
}

/** All names of one moment, in lower case with the trailing dot. Each value stands once under a name. */
export class RecordSet {
  readonly a = new Map<string, Set<string>>();
  readonly aaaa = new Map<string, Set<string>>();
  readonly srv = new Map<string, Map<string, SrvTarget>>();
  /** Names that have no records but others below them: they exist, so they must not be denied. */
  private readonly inner = new Set<string>();

  /** @returns the record, or undefined when it was there already */
  addAddress(name: string, address: string): TaskRecord | undefined {
    const rtype = isIPv6(address) ? "AAAA" : "A";
    const table = rtype === "AAAA" ? this.aaaa : this.a;
    const addresses = table.get(name) ?? new Set();
    if (addresses.has(address)) return undefined;
    table.set(name, addresses.add(address));
    this.addInner(name);
    return { name, host: address, rtype };
  }

  /** @returns the record, or undefined when it was there already */
  addService(name: string, host: string, port: number): TaskRecord | undefined {
    const key = `${host}:${port}`;
    const targets = this.srv.get(name) ?? new Map<string, SrvTarget>();
    if (targets.has(key)) return undefined;
    this.srv.set(name, targets.set(key, { host, port }));
    this.addInner(name);
    return { name, host: key, rtype: "SRV" };
  }

  exists(name: string): boolean {
    return this.a.has(name) || this.aaaa.has(name) || this.srv.has(name) || this.inner.has(name);
  }

  private addInner(name: string): void {
    for (let dot = name.indexOf("."); dot !== -1; dot = name.indexOf(".", dot + 1)) {
      const parent = name.slice(dot + 1);
      if (parent !== "") this.inner.add(parent);
    }
  }
}
