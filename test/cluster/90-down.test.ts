import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { exec } from "../../tools/system/exec";
import { root } from "../../tools/system/paths";
import { configFile, environments, stackExists } from "../../tools/system/stack";
import { npm, succeeded } from "./support/cli";
import { everythingOf } from "./support/engine";

it("`npm run down` leaves nothing of any stack, and a second one finds nothing to do", async () => {
  const { seconds } = await succeeded(npm("down"));
  console.log(`npm run down: ${seconds.toFixed(1)} s`);
  for (const stack of environments()) {
    expect(await everythingOf(stack)).toEqual([]);
    expect(await stackExists(stack)).toBe(false);
    expect(readFileSync(configFile(stack), "utf8")).not.toContain("encryptionsalt");
  }
  expect((await npm("down")).code).toBe(0);
});

it("no mount of a machine is left on this computer", async () => {
  const mounts = await exec("cat", ["/proc/self/mounts"], { limitMs: 10_000 });
  expect(mounts).not.toMatch(/drover-(local|ci)-/);
});

it("no loop device of the database's volume is left on this computer", async () => {
  const devices = await exec("losetup", ["--list", "--noheadings", "--output", "BACK-FILE"], { limitMs: 10_000 });
  expect(devices).not.toContain("/volumes/postgis/");
});

it("the environments' files are as they were", async () => {
  const changed = await exec("git", ["status", "--porcelain", "--", "stacks"], { cwd: root, limitMs: 10_000 });
  expect(changed).toBe("");
});
