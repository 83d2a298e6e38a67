import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { serviceNames } from "../../../stacks/schema";
import { bundle } from "../../../tools/images/bundle";
import { ExecError, exec } from "../../../tools/system/exec";
import { binDir, root } from "../../../tools/system/paths";
import { Store } from "../../doubles/store";

/** Packages that no engine test may reach for real. */
const packages = ["openstack", "azure-native", "docker", "drover"];

const minuteMs = 60_000;

/** What a run of the CLI printed, and how it ended. */
export interface Run {
  ok: boolean;
  output: string;
  seconds: number;
}

/** A project in a folder of its own, with its own state, whose providers are doubles. */
export class Project {
  readonly store: Store;
  private readonly env: Record<string, string>;

  private constructor(
    readonly folder: string,
    readonly stack: string,
  ) {
    this.store = new Store(join(folder, "cloud"));
    this.env = {
      PATH: `${join(folder, "bin")}:${binDir}:${process.env.PATH}`,
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "backend")}?metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE: "engine test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      DROVER_STATE_DIR: ".drover",
      DOUBLE_FOLDER: join(folder, "cloud"),
    };
  }

  /**
   * A project that runs this repository's program, or another one.
   * @param config the stack's configuration
   * @param program a TypeScript file instead of index.ts
   * @param nodeargs how Node.js runs the program; Pulumi.yaml says how it runs index.ts
   */
  static async make(
    stack: string,
    config: Readonly<Record<string, unknown>>,
    program = join(root, "index.ts"),
    nodeargs?: string,
  ) {
    const folder = mkdtempSync(join(tmpdir(), "drover-engine-"));
    const project = new Project(folder, stack);
    for (const name of ["backend", "home", "stacks", ".drover", "bin"]) mkdirSync(join(folder, name));
    const shipped = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as { runtime: { options: object } };
    const { options } = shipped.runtime;
    const runtime = { name: "nodejs", options: nodeargs === undefined ? options : { ...options, nodeargs } };
    const plugins = { providers: [{ name: "drover", path: "bin" }] };
    writeFileSync(join(folder, "Pulumi.yaml"), stringify({ ...shipped, runtime, plugins }));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "drover", main: "index.ts" }));
    // Node.js looks for what the program imports beside the real files.
    symlinkSync(program, join(folder, "index.ts"));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    symlinkSync(join(root, "policy"), join(folder, "policy"));
    symlinkSync(join(root, "images"), join(folder, "images"));
    const names = [...serviceNames, "machine"].map((name) => [name, `drover/${name}:0123456789ab`]);
    const setUp = { sources: "s", store: "drover-images-s", cgroupVersion: 1, images: Object.fromEntries(names) };
    writeFileSync(join(folder, ".drover", "images.json"), JSON.stringify(setUp));
    await bundle({ double: join(root, "test", "doubles", "main.ts") }, join(folder, "bin"));
    for (const name of packages) {
      const launcher = join(folder, "bin", `pulumi-resource-${name}`);
      writeFileSync(
        launcher,
        `#!/bin/sh\nDOUBLE_PACKAGE=${name} exec node '${join(folder, "bin", "double.cjs")}' "$@"\n`,
      );
      chmodSync(launcher, 0o755);
    }
    project.configure(config);
    await project.run("stack", "init", stack);
    return project;
  }

  /** Removes the folder with everything in it. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes the stack's configuration. */
  configure(config: Readonly<Record<string, unknown>>): void {
    const file = join(this.folder, "stacks", `Pulumi.${this.stack}.yaml`);
    const salt = /^encryptionsalt: .*$/m.exec(this.text(file))?.[0];
    writeFileSync(file, `${salt ? `${salt}\n` : ""}${stringify({ config })}`);
  }

  private text(file: string): string {
    try {
      return readFileSync(file, "utf8");
    } catch {
      return "";
    }
  }

  /** Runs the CLI on the stack; a run that fails is an answer, not an error. */
  async run(...words: string[]): Promise<Run> {
    const started = performance.now();
    const named = words[0] === "stack" ? words : [...words, "--stack", this.stack];
    const result = (ok: boolean, output: string) => ({ ok, output, seconds: (performance.now() - started) / 1000 });
    try {
      const options = { cwd: this.folder, env: this.env, limitMs: 5 * minuteMs };
      return result(true, await exec("pulumi", [...named, "--non-interactive"], options));
    } catch (error) {
      if (error instanceof ExecError && error.code !== undefined) return result(false, error.output);
      throw error;
    }
  }

  /** Resources that the doubles have, as "type name". */
  made(type = ""): string[] {
    return [...this.store.all().values()]
      .filter((kept) => kept.type.includes(type))
      .map(({ name }) => name)
      .sort();
  }
}
