import { describe, expect, it } from "vitest";
import { build, identity, secrets } from "./program";

describe.each([
  ["local", "drover.localhost:8443", ["ops100", "ops110", "ops120"], ["slave-000", "slave-001"]],
  ["ci", "ci.drover.localhost:8543", ["ops100"], ["slave-000"]],
])("the outputs of %s, which users and tools rely on", async (stack, host, core, slaves) => {
  const { outputs } = await build(stack);

  it("name the endpoints", () => {
    expect(outputs.endpoints).toMatchObject({
      frontDoor: `https://${host}`,
      mesos: `https://mesos.${host}`,
      marathon: `https://marathon.${host}`,
      chronos: `https://chronos.${host}`,
    });
  });

  it("list every machine, core machines first", () => {
    const machines = outputs.machines as { hostname: string; role: string; address: string; instance: string }[];
    expect(machines.map(({ role, hostname }) => `${role} ${hostname}`)).toEqual([
      ...core.map((hostname) => `core ${hostname}`),
      ...slaves.map((hostname) => `slave ${hostname}`),
    ]);
    for (const machine of machines) {
      expect(Object.keys(machine).sort()).toEqual(["address", "hostname", "instance", "role", "zone"]);
      expect(machine.instance).toBe(`${machine.hostname}-id`);
    }
  });

  it("count the slaves, and know of no bastion where machines are reached directly", () => {
    expect(outputs.slaves).toBe(slaves.length);
    expect(outputs.bastion).toBeUndefined();
    expect(outputs.frontDoorAddress).toBe("127.0.0.1");
  });

  it("give ZooKeeper's and the DNS servers' addresses: the core machines'", () => {
    const addresses = (outputs.machines as { role: string; address: string }[])
      .filter(({ role }) => role === "core")
      .map(({ address }) => address);
    expect(outputs.zookeeper).toBe(addresses.map((address) => `${address}:2181`).join(","));
    expect(outputs.dnsServers).toEqual(addresses);
  });

  it("give the way in", () => {
    expect(outputs.credentials).toEqual({ username: identity.username, password: secrets.password });
    expect(outputs.caCertificate).toBe(identity.caCertificate);
    expect(outputs.ssh).toEqual({ user: "drover", privateKey: secrets.sshPrivateKey });
  });

  it("are these and no others", () => {
    expect(Object.keys(outputs).sort()).toEqual([
      "bastion",
      "caCertificate",
      "credentials",
      "dnsServers",
      "endpoints",
      "frontDoorAddress",
      "machines",
      "slaves",
      "ssh",
      "zookeeper",
    ]);
  });
});
