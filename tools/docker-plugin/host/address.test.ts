import { describe, expect, it } from "vitest";
import { type Address, parseAddress } from "./address";
import { sshArguments } from "./ssh-connection";

describe("the engine's address", () => {
  it("is the provider's, else DOCKER_HOST's, else the default socket's", () => {
    const env = { DOCKER_HOST: "unix:///run/other.sock" };
    expect(parseAddress("unix:///run/mine.sock", env)).toMatchObject({ kind: "unix", path: "/run/mine.sock" });
    expect(parseAddress(undefined, env)).toMatchObject({ path: "/run/other.sock" });
    expect(parseAddress(undefined, {})).toMatchObject({ path: "/var/run/docker.sock" });
  });

  it("over ssh has a user and a port where they are given", () => {
    expect(parseAddress("ssh://root@core-1.example:2222", {})).toMatchObject({
      kind: "ssh",
      user: "root",
      host: "core-1.example",
      port: "2222",
    });
    expect(parseAddress("ssh://[2001:db8::1]", {})).toMatchObject({ user: "", host: "2001:db8::1", port: "" });
  });

  it.each([
    "ssh://-oProxyCommand=x",
    "ssh://root@a b",
    "ssh://root:pw@a",
    "ssh://a/path",
    "tcp://a:2375",
    "unix://relative",
    "a",
  ])("%s is refused", (host) => {
    expect(() => parseAddress(host, {})).toThrow(host);
  });
});

it("the caller's ssh options come first, and nothing after -- is taken for an option", () => {
  const address = parseAddress("ssh://root@core:22", {}) as Address & { kind: "ssh" };
  const args = sshArguments(address, ["-i", "key"], 15);
  expect(args.slice(0, 2)).toEqual(["-i", "key"]);
  expect(args.slice(args.indexOf("--"))).toEqual(["--", "core", "docker", "system", "dial-stdio"]);
  expect(args.join(" ")).toContain("-l root -p 22");
});
