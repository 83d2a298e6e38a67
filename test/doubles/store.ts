import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a double keeps of one resource. */
export interface Kept {
  type: string;
  name: string;
  /** Inputs in plain values, as the program gave them. */
  inputs: Record<string, unknown>;
  /** All properties, wrappers of secrets included. */
  properties: Record<string, unknown>;
}

/** What a test does to the operations on a resource, by its name. */
export interface Fault {
  operation: "create" | "update" | "delete";
  /** Makes the operation fail with this message. */
  fail?: string;
  /** Makes the operation take this long. */
  delayMs?: number;
}

/** A cloud in a folder: a file a resource, so that each run of the CLI finds what the one before has made. */
export class Store {
  private readonly resources: string;
  private readonly faultsFile: string;

  constructor(folder: string) {
    this.resources = join(folder, "resources");
    this.faultsFile = join(folder, "faults.json");
    mkdirSync(this.resources, { recursive: true });
  }

  /** Gives undefined when the resource is not there. */
  read(id: string): Kept | undefined {
    const file = this.file(id);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Kept) : undefined;
  }

  /** Written beside and renamed: a double may be killed at any time. */
  write(id: string, kept: Kept): void {
    writeFileSync(`${this.file(id)}.new`, JSON.stringify(kept));
    renameSync(`${this.file(id)}.new`, this.file(id));
  }

  remove(id: string): void {
    rmSync(this.file(id), { force: true });
  }

  /** Everything that is there, by id. */
  all(): Map<string, Kept> {
    const ids = readdirSync(this.resources)
      .flatMap((file) => /^(.*)\.json$/.exec(file)?.[1] ?? [])
      .map(decodeURIComponent);
    return new Map(
      ids.flatMap((id) => {
        const kept = this.read(id);
        return kept ? [[id, kept]] : [];
      }),
    );
  }

  /** Replaces the faults, by name of the resource. */
  setFaults(faults: Readonly<Record<string, Fault>>): void {
    writeFileSync(this.faultsFile, JSON.stringify(faults));
  }

  fault(name: string, operation: Fault["operation"]): Fault | undefined {
    if (!existsSync(this.faultsFile)) return undefined;
    const fault = (JSON.parse(readFileSync(this.faultsFile, "utf8")) as Record<string, Fault>)[name];
    return fault?.operation === operation ? fault : undefined;
  }

  private file(id: string): string {
    return join(this.resources, `${encodeURIComponent(id)}.json`);
  }
}
