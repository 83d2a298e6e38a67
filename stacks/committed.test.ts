import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

it("no environment is committed with the salt of somebody's state, whose passphrase nobody else has", () => {
  const { status, stdout, stderr } = spawnSync("git", ["grep", "-l", "^encryptionsalt:", "HEAD", "--", "stacks/"], {
    encoding: "utf8",
  });
  // 1: none found, anything above: git itself failed.
  expect({ status, found: stdout, stderr }).toEqual({ status: 1, found: "", stderr: "" });
});
