import { renderStructure } from "../routes/render";
import type { AppRoutes, Problem } from "../routes/types";

export interface Acceptable {
  apps: AppRoutes[];
  problems: Problem[];
}

/** HAProxy's complaint about a set of apps, or undefined. */
export type CheckApps = (apps: readonly AppRoutes[]) => Promise<string | undefined>;

/**
 * Separates the apps that HAProxy refuses from the others, so that one app's labels never hold up the rest. All are
 * checked as one whole first; only when that fails, each alone.
 */
export class AppSieve {
  /** Complaints by the app's part of the configuration, so that a lasting offender is not checked at every change. */
  private refused = new Map<string, string>();

  constructor(private readonly check: CheckApps) {}

  /** @throws Error when no app alone is to blame */
  async sieve(apps: readonly AppRoutes[]): Promise<Acceptable> {
    const known = this.known(apps);
    if ((await this.check(known.apps)) === undefined) return known;

    const own = await this.check([]);
    if (own !== undefined) throw new Error(`HAProxy refuses its configuration even without any app: ${own}`);
    for (const app of known.apps) {
      const complaint = await this.check([app]);
      if (complaint !== undefined) this.refused.set(renderStructure([app]), complaint);
    }
    const rest = this.known(apps);
    const complaint = await this.check(rest.apps);
    if (complaint !== undefined) throw new Error(`HAProxy refuses the configuration as a whole: ${complaint}`);
    return rest;
  }

  /** Without the apps that HAProxy is known to refuse; nothing is checked. */
  known(apps: readonly AppRoutes[]): Acceptable {
    const texts = new Map(apps.map((app) => [app, renderStructure([app])]));
    this.refused = new Map([...this.refused].filter(([text]) => [...texts.values()].includes(text)));
    const complaintOf = (app: AppRoutes) => this.refused.get(texts.get(app) ?? "");
    return {
      apps: apps.filter((app) => complaintOf(app) === undefined),
      problems: apps.flatMap((app) => {
        const complaint = complaintOf(app);
        return complaint === undefined ? [] : [{ appId: app.appId, message: `not served: ${complaint}` }];
      }),
    };
  }
}
