import { type Document, isMap, isScalar, parseDocument } from "yaml";
import { type Question, questions } from "./answers";

/** The shipped environment that a new one of its cloud starts from, comments and all. */
export class EnvironmentFile {
  private readonly document: Document;

  constructor(
    shipped: string,
    private readonly cloud: string,
    name: string,
  ) {
    this.document = parseDocument(shipped);
    if (this.document.errors[0]) throw this.document.errors[0];
    this.document.commentBefore = ` The environment ${name}, made by \`npm run init\`. Every key is described in stacks/schema.ts.`;
    // The first comment of a file belongs to its first key.
    if (isMap(this.document.contents)) this.document.contents.commentBefore = undefined;
  }

  /** What of the questions this cloud is asked. */
  get questions(): Question[] {
    return questions.filter(({ cloud }) => cloud === undefined || cloud === this.cloud);
  }

  /** The value that is there, as a user would type it. */
  valueOf({ path }: Question): string {
    const value = this.at(path);
    return Array.isArray(value) ? value.join(",") : value === undefined ? "" : String(value);
  }

  answer({ path, value }: Question, answer: string): void {
    this.set(path, value ? value(answer) : answer);
  }

  /** Prices that win over the table, kept with the environment so that the policy pack knows them. */
  setPrices(prices: Readonly<Record<string, number>>): void {
    for (const [name, usd] of Object.entries(prices)) this.set(["drover:policy", "prices", name], usd);
  }

  /** Replaces zones of the core machines, one after the other, by those that were chosen. */
  spreadCore(zones: readonly string[]): void {
    const core = this.at(["drover:core"]);
    Object.keys((core ?? {}) as object).forEach((hostname, i) => {
      this.set(["drover:core", hostname, "zone"], zones[i % zones.length]);
    });
  }

  /** The types of volumes that encrypt, which the policy pack holds the environment to. */
  setEncryptedTypes(types: readonly string[]): void {
    this.set(["drover:policy", "encryptedVolumeTypes"], types);
  }

  toString(): string {
    return this.document.toString({ lineWidth: 0, flowCollectionPadding: false });
  }

  private at(path: readonly string[]): unknown {
    const node = this.document.getIn(["config", ...path], true);
    if (isScalar(node)) return node.value;
    return (node as { toJSON?: () => unknown } | undefined)?.toJSON?.();
  }

  /** Pulumi keeps numbers at the top as text. */
  private set(path: readonly string[], value: unknown): void {
    const full = ["config", ...path];
    const there = this.document.getIn(full, true);
    if (isScalar(there)) there.value = value;
    else this.document.setIn(full, Array.isArray(value) ? this.document.createNode(value, { flow: true }) : value);
  }
}
