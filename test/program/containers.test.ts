import { describe, expect, it } from "vitest";
import { parseAddress, parseSubnet } from "../../stacks/addresses";
import { build, containers, isMachine, isSeed, ofType, shipped } from "./program";

const oneSlaveMore: Record<string, unknown> = { ...shipped("local"), "drover:slaves": 3 };
const fiveCores: Record<string, unknown> = {
  ...shipped("local"),
  "drover:core": { a: { id: 1 }, b: { id: 2 }, c: { id: 3 }, d: { id: 4 }, e: { id: 5 } },
};

describe.each<[string, Record<string, unknown>]>([
  ["local", shipped("local")],
  ["ci", shipped("ci")],
  ["local", oneSlaveMore],
  ["local", fiveCores],
  ["ci", { ...shipped("ci"), "drover:engine": "upstream", "drover:slaves": 0 }],
])("everything of %s", async (stack, config) => {
  const built = await build(stack, config);
  const all = containers(built);
  const services = [...all.values()].filter(({ networkMode }) => networkMode === "host");

  it("has a name that says whose it is, and the stack's label", () => {
    for (const type of ["container:Container", "network:Network", "volume:Volume"]) {
      const found = ofType(built, `docker:index/${type}`);
      expect(found.size).toBeGreaterThan(0);
      for (const [resource, { inputs, provider }] of found) {
        // What runs inside a machine is named after its service, since it is alone there.
        const name = provider === "" ? `drover-${stack}-${resource}` : resource.slice(0, -provider.length - 1);
        expect(inputs.name).toBe(name);
        expect(inputs.labels).toContainEqual({ label: "drover.stack", value: stack });
        const part = (inputs.labels as { label: string; value: string }[]).filter(({ label }) =>
          /^drover\.(part|service)$/.test(label),
        );
        expect(part).toHaveLength(1);
      }
    }
  });

  it("has limits of memory and CPU, except machines, which are as large as what runs on them", () => {
    for (const [name, container] of all) {
      if (isMachine(container)) continue;
      expect(container.memory, name).toBeGreaterThanOrEqual(32);
      expect(Number(container.cpus), name).toBeGreaterThan(0);
    }
  });

  it("keeps its logs small", () => {
    for (const [name, { logDriver, logOpts }] of all) {
      expect({ logDriver, ...logOpts }, name).toEqual({
        logDriver: "json-file",
        "max-size": "10m",
        "max-file": "3",
      });
    }
  });

  it("runs again after a reboot", () => {
    for (const [name, container] of all) {
      if (isSeed(container)) expect(container.restart ?? "no", name).toBe("no");
      else expect(["always", "unless-stopped"], name).toContain(container.restart);
    }
  });

  it("publishes no port but the front door's two, on 127.0.0.1", () => {
    const { httpPort, httpsPort } = config["drover:frontDoor"] as { httpPort: number; httpsPort: number };
    const published = [...all].filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([name]) => name)).toEqual(["front-door"]);
    expect(all.get("front-door")?.ports).toEqual([
      { ip: "127.0.0.1", external: httpPort, internal: 80 },
      { ip: "127.0.0.1", external: httpsPort, internal: 443 },
    ]);
  });

  it("is not privileged, and no core service can reach a Docker engine or all of a machine", () => {
    for (const [name, container] of all) {
      expect(container.privileged ?? false, name).toBe(false);
      expect(container.mounts, name).toBeUndefined();
    }
    expect(services.length).toBeGreaterThan(0);
    for (const { name, volumes = [], capabilities } of services) {
      for (const { hostPath } of volumes) {
        expect(hostPath, name).toMatch(/^(\/disk\/ssd\/(data|log)|\/run)\/[a-z-]+/);
        expect(hostPath, name).not.toContain("docker");
      }
      expect(capabilities?.drops, name).toEqual(["ALL"]);
      expect(capabilities?.adds ?? [], name).not.toContain("CAP_SYS_ADMIN");
    }
  });

  it("runs on the Docker engine of its own machine", () => {
    for (const [resource, { provider, inputs }] of ofType(built, "docker:index/container:Container")) {
      expect(resource).toBe(inputs.networkMode === "host" ? `${inputs.name}-${provider}` : resource);
      expect(provider === "", resource).toBe(inputs.networkMode !== "host");
    }
  });

  it("has an address of its own inside the network", () => {
    const subnet = parseSubnet((config["drover:network"] as { subnet: string }).subnet);
    if (!subnet) throw new Error("the environment's subnet cannot be read");
    const addresses = [...all.values()].flatMap(({ networksAdvanced = [] }) =>
      networksAdvanced.map(({ ipv4Address = "" }) => ipv4Address),
    );
    const machines = [...all.values()].filter(isMachine);
    expect(addresses).toHaveLength(machines.length + 1);
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const address of addresses) {
      const offset = (parseAddress(address) ?? -1) - subnet.base;
      expect(offset).toBeGreaterThan(1);
      expect(offset).toBeLessThan(2 ** (32 - subnet.prefix) - 1);
    }
  });
});

it("local has three core machines and two slaves", async () => {
  const machines = [...containers(await build("local"))].filter(([, container]) => isMachine(container));
  expect(machines.map(([name]) => name).sort()).toEqual(["ops100", "ops110", "ops120", "slave-000", "slave-001"]);
});
