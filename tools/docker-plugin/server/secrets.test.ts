import { expect, it } from "vitest";
import { outputSecrets, secretsAfterRead } from "./secrets";
import { encode } from "./values";

it("a list that lost elements by hand shows none of its secrets in the clear", () => {
  const before = { labels: ["plain", "hush"], envs: ["hush", "plain"] };
  const after = { labels: ["hush"], envs: ["hush", "plain"] };
  const secrets = secretsAfterRead(
    [
      ["labels", 1],
      ["envs", 0],
    ],
    before,
    after,
  );
  expect(secrets).toEqual([["labels"], ["envs", 0]]);
  expect(encode(after, secrets).toJavaScript().labels).toMatchObject({ value: ["hush"] });
});

it("a container's log is secret exactly when the container was given a secret", () => {
  expect(outputSecrets([])).toEqual([]);
  expect(outputSecrets([["envs", 0]])).toEqual([["envs", 0], ["containerLogs"]]);
});
