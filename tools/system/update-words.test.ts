import { expect, it } from "vitest";
import { environmentOf } from "../../stacks/environment";
import { updateWords } from "./update-words";

const words = (config: Record<string, string>) => updateWords(environmentOf("cluster", config)).slice(4);
const looking = ["--policy-pack", "policy"];

it("looks first on a cloud, not in Docker, unless the environment says so", () => {
  expect(words({ "drover:cloud": "azure" })).toEqual(looking);
  expect(words({ "drover:cloud": "openstack" })).toEqual(looking);
  expect(words({})).toEqual(["--skip-preview"]);
  expect(words({ "drover:policy": '{"lookFirst":true}' })).toEqual(looking);
});
