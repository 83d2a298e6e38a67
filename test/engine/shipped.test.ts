import { expect, it } from "vitest";
import { shipped } from "./support/environment";
import { testProject } from "./support/test-project";

// openstack and azure-test are looked at by the tests of their lives.
it.each(["local", "ci", "azure"])("the pack has nothing to say about the shipped environment %s", async (stack) => {
  const project = await testProject(stack, shipped(stack));
  const { ok, output } = await project.run("preview", "--policy-pack", "policy");
  expect(output).toContain("✅ drover@v");
  expect(output).not.toMatch(/\[(advisory|mandatory)\]/);
  expect(ok).toBe(true);
});
