import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { configFile, stackExists } from "../../tools/system/stack";
import { npm, pulumi, succeeded } from "./support/cli";
import { everythingOf } from "./support/engine";

/** An environment of the tests' own, so that no shipped file is touched. */
const stack = "wrong";
const usable = { "drover:domain": "wrong.drover.localhost", "drover:network": { subnet: "10.79.0.0/24" } };

function configure(config: object): void {
  writeFileSync(configFile(stack), stringify({ config: { ...usable, ...config } }));
}

beforeAll(() => succeeded(npm("setup")));

afterEach(async () => {
  if (await stackExists(stack)) await succeeded(pulumi(["stack", "rm", "--yes", "--preserve-config", stack]));
  rmSync(configFile(stack), { force: true });
});

it.each([
  ["an unknown key", { "drover:slavs": 2 }, "drover:slavs: unknown key, did you mean slaves?"],
  ["a negative number of slaves", { "drover:slaves": -1 }, "drover:slaves: -1 is not allowed; it must be: 0 or more"],
  ["two core machines", { "drover:core": { a: { id: 1 }, b: { id: 2 } } }, "it must be: 1, 3 or 5 machines"],
  [
    "a network that is too small",
    { "drover:network": { subnet: "10.79.0.0/27" }, "drover:slaves": 12 },
    "10.79.0.0/27 is too small: it has addresses for 11 slaves beside the core machines, drover:slaves asks for 12",
  ],
])("%s is refused before anything is made", async (_what, config, message) => {
  configure(config);
  const { code, output } = await npm("up", [stack]);
  expect(output).toContain("stacks/Pulumi.wrong.yaml cannot be used:");
  expect(output).toContain(message);
  expect(output).not.toContain("    at ");
  expect(code).toBe(1);
  expect(await stackExists(stack)).toBe(false);
  expect(await everythingOf(stack)).toEqual([]);
});

it("plain `pulumi up` refuses it alike, and its state stays empty", async () => {
  configure({ "drover:frontDoor": { htpPort: 1 } });
  await succeeded(pulumi(["stack", "init", stack]));
  const { code, output } = await pulumi(["up", "--yes", "--skip-preview", "-s", stack]);
  expect(output).toContain("drover:frontDoor.htpPort: unknown key, did you mean httpPort?");
  expect(code).not.toBe(0);
  const { stdout } = await succeeded(pulumi(["stack", "export", "-s", stack]));
  const { deployment } = JSON.parse(stdout) as { deployment: { resources?: { type: string }[] } };
  const made = (deployment.resources ?? []).filter(({ type }) => type !== "pulumi:pulumi:Stack");
  expect(made).toEqual([]);
  expect(await everythingOf(stack)).toEqual([]);
});

it("a port that is taken is named, with the command to choose another", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as AddressInfo;
  try {
    configure({ "drover:frontDoor": { httpPort: 18080, httpsPort: port } });
    const { code, output } = await npm("up", [stack]);
    expect(output).toContain(`port ${port} on 127.0.0.1 is taken.`);
    expect(output).toContain(`pulumi config set --path drover:frontDoor.httpsPort <port> -s ${stack}`);
    expect(code).toBe(1);
    expect(await everythingOf(stack)).toEqual([]);
  } finally {
    holder.close();
  }
});

it("a Docker engine that cannot be reached is named, with what to do", async () => {
  configure({});
  const { code, output } = await npm("up", [stack], { env: { DOCKER_HOST: "unix:///nonexistent.sock" } });
  expect(output).toContain(
    "no Docker daemon answers at DOCKER_HOST=unix:///nonexistent.sock: start it, or unset DOCKER_HOST to use the local one.",
  );
  expect(code).toBe(1);
  expect(await stackExists(stack)).toBe(false);
  expect(await everythingOf(stack)).toEqual([]);
});

it("an environment there is not is refused with those there are", async () => {
  const { code, output } = await npm("up", ["mars"]);
  expect(output).toMatch(/there is no environment "mars": stacks\/ has .*local/);
  expect(code).toBe(1);
});
