import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

/** What a Node.js program prints that Pulumi.yaml's modules were loaded before. */
function run(program: string): string {
  const before = ["--require", "tsx/cjs", "--require", "@drover/lib/pulumi/quick-start.ts"];
  return execFileSync(process.execPath, [...before, "-e", program], { encoding: "utf8" }).trim();
}

const loaded = "Object.keys(require.cache).some((file) => /node_modules.(typescript|@npmcli.arborist)./.test(file))";

it("the SDK is there without what it does not need, and that comes when it is asked for", () => {
  expect(run(`require("@pulumi/pulumi"); console.log(${loaded})`)).toBe("false");
  expect(run('console.log(typeof require("typescript").transpile, typeof require("@npmcli/arborist").Arborist)')).toBe(
    "function function",
  );
});

it("an error of the program keeps its trace, with the lines of the TypeScript files", () => {
  const program = `
    require("source-map-support/register");
    const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable");
    debuggablePromise(Promise.resolve()).then(function later() {
      require("./stacks/environment.ts").environmentOf("one", { "drover:slaves": "-1" });
    }).catch(({ stack }) => console.log(stack));`;
  // Compiled code has two or three long lines.
  expect(run(program)).toMatch(/at \S*environmentOf .*environment\.ts:\d{2,}:\d+\)\n.*at later/);
});
