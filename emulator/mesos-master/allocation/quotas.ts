import { HttpError } from "@drover/lib/http/reply";
import type { Registry } from "../leadership/registry";
import { Serial } from "../serial";
import { roleProblem } from "../validation/role-validation";

type Amounts = Readonly<Record<string, { value: number }>>;

/** What a role is promised, and what it may not pass. Both hold scalars by name; what is not named is free. */
export interface QuotaConfig {
  role: string;
  guarantees?: Amounts;
  limits?: Amounts;
}

/** Guarantees and limits of roles, kept in the registry. */
export class Quotas {
  private configs = new Map<string, QuotaConfig>();
  private readonly changes = new Serial();

  constructor(private readonly registry: Registry) {}

  load(stored: QuotaConfig[] = []): void {
    this.configs = new Map(stored.map((config) => [config.role, config]));
  }

  /** Roles that were ever given a quota; an empty one is the default. */
  all(): QuotaConfig[] {
    return [...this.configs.values()];
  }

  of(role: string): QuotaConfig | undefined {
    return this.configs.get(role);
  }

  hasGuarantees(): boolean {
    return this.all().some(({ guarantees }) => Object.keys(guarantees ?? {}).length > 0);
  }

  /**
   * Sets quotas, all or none.
   * @param total scalars of the cluster: what is guaranteed has to be there unless `force`
   * @throws HttpError 400 in upstream's words, or the registry's error
   */
  update(configs: QuotaConfig[], force: boolean, total: (name: string) => number): Promise<void> {
    return this.changes.run(() => this.change(configs, force, total));
  }

  private async change(configs: QuotaConfig[], force: boolean, total: (name: string) => number): Promise<void> {
    for (const config of configs) {
      const problem = quotaProblem(config);
      if (problem !== undefined) {
        throw new HttpError(400, `Invalid QuotaConfig: ${problem}`);
      }
    }
    const next = new Map(this.configs);
    for (const config of configs) {
      next.set(config.role, config);
    }
    const sums = new Map<string, number>();
    for (const { guarantees = {} } of next.values()) {
      for (const [name, { value }] of Object.entries(guarantees)) {
        sums.set(name, (sums.get(name) ?? 0) + value);
      }
    }
    const lacking = [...sums].find(([name, sum]) => sum > total(name));
    if (lacking && !force) {
      throw new HttpError(
        400,
        `Invalid QuotaConfig: total guarantees '${lacking[0]}:${lacking[1]}' exceed total cluster resources '${lacking[0]}:${total(lacking[0])}'`,
      );
    }
    await this.registry.putSetting("quotas", [...next.values()]);
    this.configs = next;
  }
}

function quotaProblem({ role, guarantees = {}, limits = {} }: QuotaConfig): string | undefined {
  const bad = roleProblem(role);
  if (bad !== undefined || role === "*") {
    return bad ?? "Invalid 'QuotaConfig.role': setting quota for the default '*' role is not supported";
  }
  for (const [field, amounts] of Object.entries({ guarantees, limits })) {
    const negative = Object.entries(amounts).find(([, { value }]) => !(value >= 0 && Number.isFinite(value)));
    if (negative) {
      return `Invalid 'QuotaConfig.${field}': '${negative[0]}' must be a non-negative number`;
    }
  }
  const above = Object.entries(guarantees).find(([name, { value }]) => value > (limits[name]?.value ?? Infinity));
  return above && `Invalid 'QuotaConfig': guarantee of '${above[0]}' is above its limit`;
}
