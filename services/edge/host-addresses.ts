import { lookup } from "node:dns/promises";
import { isIPv4 } from "node:net";

const LIFE_MS = 60_000;

/** Addresses of the hosts that run tasks, asked of the system's resolver at most once a minute for each. */
export class HostAddresses {
  private readonly known = new Map<string, { address: string; until: number }>();

  addressOf(host: string): string | undefined {
    return this.known.get(host)?.address;
  }

  /** Looks up the names among `hosts`; one that cannot be found now keeps the address it had. */
  async refresh(hosts: Iterable<string>): Promise<void> {
    const now = Date.now();
    const due = [...new Set(hosts)].filter((host) => !isIPv4(host) && (this.known.get(host)?.until ?? 0) < now);
    await Promise.all(
      due.map(async (host) => {
        const found = await lookup(host, { family: 4 }).catch(() => undefined);
        if (found) this.known.set(host, { address: found.address, until: now + LIFE_MS });
      }),
    );
  }
}
