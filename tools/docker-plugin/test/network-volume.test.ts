import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { docker, IMAGE, inspect, removeLeftovers, TEST_LABEL_OPTIONS, TEST_LABELS } from "./docker";
import { type Inputs, type Made, TestPlugin } from "./plugin";

const NETWORK = "docker:index/network:Network";
const VOLUME = "docker:index/volume:Volume";

let plugin: TestPlugin;

beforeAll(async () => {
  plugin = await TestPlugin.start();
});
afterEach(removeLeftovers);
afterAll(() => plugin.stop());

describe("a network", () => {
  const create = (inputs: Inputs = {}): Promise<Made> =>
    plugin.create(NETWORK, "n", { labels: TEST_LABELS, ...inputs });

  it("has the subnet, the options and a name that were asked for", async () => {
    const ipamConfigs = [
      {
        subnet: "172.31.203.0/24",
        gateway: "172.31.203.1",
        ipRange: "172.31.203.128/25",
        auxAddress: { nas: "172.31.203.5" },
      },
    ];
    const made = await create({
      ipamConfigs,
      internal: true,
      options: { "com.docker.network.bridge.enable_icc": "false" },
    });
    expect(made.outputs).toMatchObject({
      driver: "bridge",
      scope: "local",
      name: expect.stringMatching(/^n-[0-9a-f]{7}$/),
    });
    expect(await inspect(made.id, ".")).toMatchObject({
      Name: made.outputs.name,
      Internal: true,
      Options: { "com.docker.network.bridge.enable_icc": "false" },
      IPAM: {
        Config: [
          {
            Subnet: "172.31.203.0/24",
            Gateway: "172.31.203.1",
            IPRange: "172.31.203.128/25",
            AuxiliaryAddresses: { nas: "172.31.203.5" },
          },
        ],
      },
    });
  });

  it("is adopted when a create is repeated, made anew from other inputs, and gone when it was removed", async () => {
    const name = `drover-test-network-${process.pid}`;
    const first = await create({ name });
    const again = await create({ name });
    expect(again.id).toBe(first.id);
    const changed = await create({ name, internal: true });
    expect(changed.id).not.toBe(first.id);
    expect(await plugin.read(first)).toBeUndefined();
    await plugin.delete(first);
    await plugin.delete(changed);
    expect(await plugin.read(changed)).toBeUndefined();
  });

  it("of someone else is left alone", async () => {
    const name = `drover-test-foreign-${process.pid}`;
    await docker("network", "create", ...TEST_LABEL_OPTIONS, name);
    await expect(create({ name })).rejects.toThrow(`docker network rm ${name}`);
  });

  it("that overlaps with another one fails with what to do", async () => {
    await create({ ipamConfigs: [{ subnet: "172.31.204.0/24" }] });
    await expect(create({ ipamConfigs: [{ subnet: "172.31.204.0/25" }] })).rejects.toThrow("choose another `subnet`");
  });

  it("is removed as soon as its last container has left", async () => {
    const made = await create();
    const holder = await docker(
      "run",
      "-d",
      "--rm",
      ...TEST_LABEL_OPTIONS,
      "--network",
      made.id,
      IMAGE,
      "sleep",
      "infinity",
    );
    const deleted = plugin.delete(made);
    await docker("rm", "-f", holder);
    await deleted;
    expect(await plugin.read(made)).toBeUndefined();
  });
});

describe("a volume", () => {
  const create = (inputs: Inputs = {}): Promise<Made> => plugin.create(VOLUME, "v", { labels: TEST_LABELS, ...inputs });

  it("has its driver's options and shows where it is", async () => {
    const made = await create({ driverOpts: { type: "tmpfs", device: "tmpfs", o: "size=1m" } });
    expect(made.id).toMatch(/^v-[0-9a-f]{7}$/);
    expect(made.outputs).toMatchObject({ driver: "local", mountpoint: expect.stringContaining(made.id) });
    expect(await inspect(made.id, ".Options")).toEqual({ type: "tmpfs", device: "tmpfs", o: "size=1m" });
  });

  it("is adopted with its data when a create is repeated, and never removed to make another", async () => {
    const name = `drover-test-volume-${process.pid}`;
    await create({ name });
    await docker("run", "--rm", "-v", `${name}:/data`, IMAGE, "touch", "/data/kept");
    await create({ name });
    const other = create({ name, labels: [...TEST_LABELS, { label: "a", value: "b" }] });
    await expect(other).rejects.toThrow(`docker volume rm ${name}`);
    expect(await docker("run", "--rm", "-v", `${name}:/data`, IMAGE, "ls", "/data")).toBe("kept");
  });

  it("that was removed and made again by hand shows its other labels", async () => {
    const inputs = { name: `drover-test-drift-${process.pid}`, labels: [...TEST_LABELS, { label: "a", value: "b" }] };
    const made = await create(inputs);
    await docker("volume", "rm", made.id);
    expect(await plugin.read(made)).toBeUndefined();
    await docker("volume", "create", ...TEST_LABEL_OPTIONS, made.id);
    const drifted = await plugin.read(made);
    expect(await plugin.diff(drifted as Made, inputs)).toMatchObject({
      replaces: ["labels"],
      deleteBeforeReplace: true,
    });
  });
});
