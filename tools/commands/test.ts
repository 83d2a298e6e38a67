import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setUp } from "../setup";
import { root, stateDir } from "../system/paths";
import { say } from "../system/progress";
import { pulumiEnv, toolPath } from "../system/pulumi-env";
import { runInTerminal } from "../system/terminal";

/** What vitest's JSON report says of a run. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numFailedTestSuites: number;
}

const binaries = join(root, "node_modules", ".bin");

/** One run of vitest over one of vitest.config.ts's projects. */
async function vitest(project: string, words: readonly string[]): Promise<{ passed: number; failed: number }> {
  const file = join(stateDir, `test-${project}.json`);
  rmSync(file, { force: true });
  say(`tests: ${project}`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const code = await runInTerminal(
    join(binaries, "vitest"),
    ["run", "--project", project, "--passWithNoTests=false", ...reporters, ...words],
    { ...pulumiEnv(), PATH: toolPath() },
  );
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const report = JSON.parse(readFileSync(file, "utf8")) as Report;
  // A suite that could not even be loaded counts as a failure, though it has no test that failed.
  const failed = Math.max(report.numFailedTests, report.numFailedTestSuites, code === 0 ? 0 : 1);
  return { passed: report.numPassedTests, failed };
}

/** Format, lint, types, then every test: `npm test [-- <words for vitest>]`. */
export async function test(words: readonly string[]): Promise<number> {
  await setUp();
  let passed = 0;
  let failed = 0;
  const check = async (name: string, command: string, args: readonly string[]) => {
    say(`check: ${name}`);
    if ((await runInTerminal(join(binaries, command), args)) === 0) passed++;
    else failed++;
  };
  await check("format and lint", "biome", ["check", "--error-on-warnings", "."]);
  await check("types", "tsc", ["--noEmit"]);
  for (const project of ["fast", "engine", "cluster"]) {
    const result = await vitest(project, words);
    passed += result.passed;
    failed += result.failed;
  }
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
