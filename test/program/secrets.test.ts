import { describe, expect, it } from "vitest";
import { build, secrets } from "./program";

const texts = Object.entries(secrets);

describe.each(["local", "ci"])("the secrets of %s", async (stack) => {
  const { resources, outputs, secretOutputs } = await build(stack);

  it("are in no input that is not secret", () => {
    for (const { type, name, inputs, secret } of resources.values()) {
      for (const [key, value] of Object.entries(inputs)) {
        if (secret.has(key)) continue;
        const shown = JSON.stringify(value);
        for (const [which, text] of texts) expect(shown, `${which} in ${key} of ${type} ${name}`).not.toContain(text);
      }
    }
  });

  it("are in no environment variable, label or name at all, which `docker inspect` and `ps` would show", () => {
    for (const { type, name, inputs } of resources.values()) {
      if (type !== "docker:index/container:Container") continue;
      const { envs, labels, command, healthcheck } = inputs;
      const shown = JSON.stringify({ envs, labels, command, healthcheck });
      for (const [which, text] of texts) expect(shown, `${which} in ${name}`).not.toContain(text);
    }
  });

  it("reach the front proxies as a certificate's key and a digest, not as the password", () => {
    const uploads = JSON.stringify(resources.get("docker:index/container:Container::haproxy-ops100")?.inputs.uploads);
    expect(uploads).toContain(secrets.serverKey);
    for (const which of ["password", "caKey", "sshPrivateKey"] as const) expect(uploads).not.toContain(secrets[which]);
  });

  it("never reach a slave", () => {
    const slave = JSON.stringify(resources.get("docker:index/container:Container::slave-000")?.inputs);
    for (const [, text] of texts) expect(slave).not.toContain(text);
  });

  it("are in secret outputs only, and the authority's key in none", () => {
    expect([...secretOutputs].sort()).toEqual(["credentials", "ssh"]);
    for (const [name, value] of Object.entries(outputs)) {
      if (secretOutputs.has(name)) continue;
      for (const [, text] of texts) expect(JSON.stringify({ value })).not.toContain(text);
    }
    expect(JSON.stringify(outputs)).not.toContain(secrets.caKey);
    expect(JSON.stringify(outputs)).not.toContain(secrets.serverKey);
  });
});
