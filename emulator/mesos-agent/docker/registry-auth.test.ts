import { expect, test } from "vitest";
import { registryAuth } from "./registry-auth";

const auth = Buffer.from("user:pass:word").toString("base64");
const config = { auths: { "https://index.docker.io/v1/": { auth }, "registry.example:5000": { auth } } };

test.each([
  ["debian", "https://index.docker.io/v1/"],
  ["library/debian:12", "https://index.docker.io/v1/"],
  ["registry.example:5000/a/b:1", "registry.example:5000"],
  ["other.example/a", undefined],
])("credentials of %s", (image, serveraddress) => {
  const expected = serveraddress && { username: "user", password: "pass:word", serveraddress };
  expect(registryAuth(image, config)).toEqual(expected);
});
