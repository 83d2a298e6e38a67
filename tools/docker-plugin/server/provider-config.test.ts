import { describe, expect, it } from "vitest";
import { checkConfig, parseConfig } from "./provider-config";
import { UNKNOWN } from "./values";

const reasons = (config: Parameters<typeof checkConfig>[0], env: NodeJS.ProcessEnv = {}) =>
  checkConfig(config, env).map(({ property, reason }) => `${property}: ${reason}`);

describe("a provider's inputs", () => {
  it("may be what the SDK makes of them: lists as JSON text, and the plugin's version among them", () => {
    const config = {
      version: "5.2.0",
      host: "ssh://root@a",
      sshOpts: '["-i","key"]',
      disableDockerDaemonCheck: "true",
    };
    expect(reasons(config)).toEqual([]);
    expect(parseConfig(config)).toEqual({
      host: "ssh://root@a",
      sshOpts: ["-i", "key"],
      disableDockerDaemonCheck: true,
    });
  });

  it("may be unknown in a preview", () => {
    expect(reasons({ host: UNKNOWN, sshOpts: UNKNOWN })).toEqual([]);
  });

  it.each(["caMaterial", "certMaterial", "keyMaterial", "certPath", "context", "registryAuth"])(
    "are refused with %s",
    (name) => {
      expect(reasons({ [name]: "[]" })).toEqual([
        expect.stringMatching(`^${name}: is not supported by Drover's stand-in`),
      ]);
    },
  );

  it("are refused when misspelt, of another type, or leading to a place that cannot be reached", () => {
    expect(reasons({ hots: "x" })).toEqual(['hots: there is no such input; did you mean "host"?']);
    expect(reasons({ sshOpts: "-i key" })).toEqual([expect.stringContaining("sshOpts: must be a list")]);
    expect(reasons({ host: "tcp://a:2375" })).toEqual([expect.stringContaining("tcp://a:2375")]);
    expect(reasons({}, { DOCKER_CONTEXT: "other" })).toEqual([expect.stringContaining("DOCKER_CONTEXT")]);
  });
});
