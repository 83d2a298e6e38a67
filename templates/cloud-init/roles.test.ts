import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { keepalivedParts } from "../../components/clouds/openstack/keepalived";
import { common, slaveUserData } from "../../components/slaves/slave";
import { environmentOf } from "../../stacks/environment";
import { filesOf, inMachine, placeFiles } from "./in-machine";
import { registryLogin } from "./registry-login";
import { self } from "./self";
import { renderUserData } from "./user-data";

/** A closed network: everything comes from mirrors, or through a proxy. */
const environment = environmentOf("test", {
  "drover:slaves": "1",
  "drover:registryMirror": "https://mirror.example.org",
  "drover:aptMirror": "http://apt.example.org/debian",
  "drover:httpProxy": "http://proxy.example.org:3128",
});
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFvT6g8mDYVQ0L5bT2rI3m1Zc6Wn9eVxqk2Jt5sYxhQd test";
const [core] = environment.core;
if (!core) throw new Error("the environment has no core machine");
const login = registryLogin("drovertest.azurecr.io", "00000000-1111-2222-3333-444444444444", {});

/** User data as each role gets it on clouds. */
const roles = {
  bastion: renderUserData({ ...common(environment, key), hostname: "bastion", engine: false }),
  "core machine on OpenStack": renderUserData({
    ...common(environment, key),
    hostname: core.hostname,
    dataDisk: ["/dev/disk/by-id/virtio-0123"],
    fallbackResolver: "203.0.113.53",
    ...keepalivedParts(core, environment),
  }),
  "core machine on Azure": renderUserData({
    ...common(environment, key),
    hostname: core.hostname,
    dataDisk: ["/dev/disk/azure/scsi1/lun0"],
    fallbackResolver: "168.63.129.16",
    ...login,
  }),
  "slave of a scale set": slaveUserData(
    { ...self, role: "slave", attributes: { kind: "spot" } },
    { environment, sshPublicKey: key, imageOf: (service) => `drover/${service}:1`, parts: login },
  ),
};

describe.each(Object.entries(roles))("user data of a %s", (role, text) => {
  it("is what it was", async () => {
    await expect(text).toMatchFileSnapshot(`golden/${role.toLowerCase().replaceAll(" ", "-")}.yaml`);
  });

  it("is taken by cloud-init, systemd, the shell and Python", () => {
    const files = filesOf(text);
    const paths = (pattern: RegExp, interpreter = "") =>
      files
        .filter(({ path, content }) => pattern.test(path) && content.startsWith(interpreter))
        .map(({ path }) => path);
    const units = paths(/^\/etc\/systemd\/system\/[^/]+\.(service|timer)$/);
    const script = [
      "cat > /tmp/ud && cloud-init schema --config-file /tmp/ud | grep -v '^Valid'",
      placeFiles(files),
      `systemd-analyze verify --man=no ${units.join(" ")} 2>&1 | grep -E '${units.map((path) => path.split("/").pop()).join("|")}'`,
      ...paths(/sbin/, "#!/bin/sh").map((path) => `sh -n ${path}`),
      ...paths(/sbin/, "#!/bin/bash").map((path) => `bash -n ${path}`),
      ...paths(/sbin/, "#!/usr/bin/python3").map((path) => `python3 -c 'compile(open("${path}").read(), "x", "exec")'`),
      "true",
    ].join("\n");
    expect(inMachine(script, text)).toEqual({ status: 0, output: "" });
  });
});

describe("a closed network's mirrors and proxy", () => {
  it("reach apt, Docker, the agent's fetcher and the login to the registry", () => {
    for (const role of ["core machine on Azure", "slave of a scale set"] as const) {
      const config = parse(roles[role]) as { apt: { primary: { uri: string }[]; http_proxy: string } };
      expect(config.apt.primary[0]?.uri).toBe("http://apt.example.org/debian");
      expect(config.apt.http_proxy).toBe("http://proxy.example.org:3128");
      const content = (path: string) => filesOf(roles[role]).find((file) => file.path === path)?.content ?? "";
      expect(JSON.parse(content("/etc/docker/daemon.json"))).toMatchObject({
        "registry-mirrors": ["https://mirror.example.org"],
      });
      const proxy = content("/etc/systemd/system/docker.service.d/50-proxy.conf");
      expect(proxy).toContain('Environment="HTTPS_PROXY=http://proxy.example.org:3128"');
      expect(proxy).toMatch(/NO_PROXY=.*169\.254\.169\.254.*10\.77\.0\.0\/24,\.drover\.localhost,\.mesos/);
    }
    expect(roles["slave of a scale set"]).toContain("HTTP_PROXY=http://proxy.example.org:3128");
  });
});

it("a member of a scale set puts its own address, name and interface where they belong", () => {
  const boot = filesOf(roles["slave of a scale set"]).find(({ path }) => path.endsWith("drover-boot"))?.content ?? "";
  const lines = boot.slice(boot.indexOf("route="), boot.indexOf("# A cloud's plain image"));
  // The zone's service is at an address that is nobody's here.
  const known = lines.replace(/zone=\$\(.*?'\)/s, "zone=2");
  const files = filesOf(roles["slave of a scale set"]);
  const script = `${placeFiles(files)}cat > /tmp/self && sh -eu /tmp/self && hostname -i && cat /etc/drover/mesos-agent.env`;
  const { status, output } = inMachine(script, known, "bridge");
  expect(status).toBe(0);
  const [address = ""] = output.split("\n");
  expect(output).toContain(`MESOS_IP=${address.trim()}\n`);
  expect(output).toMatch(/MESOS_ATTRIBUTES=machine:[0-9a-f]{12};zone:2;kind:spot\n/);
  expect(output).not.toContain("@");
});

it("a core machine asks inside first, and outside when nobody inside answers yet", () => {
  const conf = filesOf(roles["core machine on OpenStack"]).find(({ path }) => path === "/etc/drover/resolv.conf");
  expect(conf?.content).toBe(
    "nameserver 10.77.0.10\nnameserver 10.77.0.11\nnameserver 203.0.113.53\nsearch drover.localhost\noptions timeout:1 attempts:2\n",
  );
});
