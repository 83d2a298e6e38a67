import { HttpError } from "@drover/lib/http/reply";
import type { Registry } from "../leadership/registry";
import { Serial } from "../serial";
import { roleProblem } from "../validation/role-validation";

export interface WeightInfo {
  role: string;
  weight: number;
}

const DEFAULT_WEIGHT = 1;

/** How much more than others roles are entitled to, kept in the registry. */
export class Weights {
  private weights = new Map<string, number>();
  private readonly changes = new Serial();

  constructor(private readonly registry: Registry) {}

  load(stored: WeightInfo[] = []): void {
    this.weights = new Map(stored.map(({ role, weight }) => [role, weight]));
  }

  of(role: string): number {
    return this.weights.get(role) ?? DEFAULT_WEIGHT;
  }

  /** Those that were set. */
  all(): WeightInfo[] {
    return [...this.weights].map(([role, weight]) => ({ role, weight }));
  }

  /** Sets weights, all or none. @throws HttpError 400 in upstream's words, or the registry's error */
  update(infos: Partial<WeightInfo>[]): Promise<void> {
    return this.changes.run(() => this.change(infos));
  }

  private async change(infos: Partial<WeightInfo>[]): Promise<void> {
    const next = new Map(this.weights);
    for (const { role = "", weight = Number.NaN } of infos) {
      const name = role.trim();
      const problem = roleProblem(name);
      if (problem !== undefined) {
        throw new HttpError(400, `Failed to validate update weights request JSON: Invalid role '${name}': ${problem}`);
      }
      if (!(weight > 0 && Number.isFinite(weight))) {
        throw new HttpError(
          400,
          `Failed to validate update weights request JSON: Invalid weight '${weight}' for role '${name}': Weights must be positive`,
        );
      }
      next.set(name, weight);
    }
    await this.registry.putSetting(
      "weights",
      [...next].map(([role, weight]) => ({ role, weight })),
    );
    this.weights = next;
  }
}
