import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { UNKNOWN } from "../server/values";
import { docker, IMAGE, inspect, removeLeftovers, TEST_LABEL_OPTIONS, TEST_LABELS } from "./docker";
import { type Inputs, type Made, TestPlugin } from "./plugin";
import { sleeper, uniqueName } from "./sleeper";

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";

let plugin: TestPlugin;

beforeAll(async () => {
  plugin = await TestPlugin.start();
});
afterEach(removeLeftovers);
afterAll(() => plugin.stop());

const create = (inputs: Inputs): Promise<Made> => plugin.create(CONTAINER, "c", inputs);

describe("a change", () => {
  it("is none when nothing but the order of a set changed", async () => {
    const inputs = sleeper({ envs: ["A=1", "B=2"], labels: [...TEST_LABELS, { label: "x", value: "y" }] });
    const made = await create(inputs);
    const turned = { ...inputs, envs: ["B=2", "A=1"], labels: [{ label: "x", value: "y" }, ...TEST_LABELS] };
    expect(await plugin.diff(made, turned)).toEqual({ updates: [], replaces: [], deleteBeforeReplace: false });
  });

  it("of memory and restart is made in place", async () => {
    const inputs = sleeper({ memory: 64 });
    const made = await create(inputs);
    const wanted = { ...inputs, memory: 128, restart: "always" };
    expect(await plugin.diff(made, wanted)).toMatchObject({ updates: ["memory", "restart"], replaces: [] });
    const updated = await plugin.update(made, wanted);
    expect(updated.outputs.memory).toBe(128);
    expect(await inspect(made.id, ".HostConfig.Memory")).toBe(128 * 1024 * 1024);
    expect(await inspect(made.id, ".HostConfig.RestartPolicy.Name")).toBe("always");
  });

  it("that takes a limit away replaces, since the engine cannot", async () => {
    const made = await create(sleeper({ memory: 64 }));
    const { memory: _, ...without } = made.inputs;
    expect((await plugin.diff(made, { ...without })).replaces).toEqual(["memory"]);
  });

  it("replaces under a given name only after the delete, under a made-up one before it", async () => {
    const given = await create(sleeper());
    expect(await plugin.diff(given, { ...sleeper(), name: given.inputs.name, hostname: "other" })).toEqual({
      updates: [],
      replaces: ["hostname"],
      deleteBeforeReplace: true,
    });
    const { name: _, ...unnamed } = sleeper();
    const madeUp = await create(unnamed);
    expect(madeUp.outputs.name).toMatch(/^c-[0-9a-f]{7}$/);
    const change = await plugin.diff(madeUp, { ...unnamed, hostname: "other" });
    expect(change).toMatchObject({ replaces: ["hostname"], deleteBeforeReplace: false });
  });

  it("to an unknown value replaces in the preview", async () => {
    const made = await create(sleeper());
    expect((await plugin.diff(made, { ...made.inputs, image: UNKNOWN })).replaces).toEqual(["image"]);
  });
});

describe("a refresh", () => {
  it("sees a container that was removed, or stopped although it must run", async () => {
    const removed = await create(sleeper());
    const stopped = await create(sleeper());
    const mayStop = await create(sleeper({ mustRun: false }));
    await docker("rm", "-f", removed.id);
    await docker("kill", stopped.id, mayStop.id);
    expect(await plugin.read(removed)).toBeUndefined();
    expect(await plugin.read(stopped)).toBeUndefined();
    expect((await plugin.read(mayStop))?.id).toBe(mayStop.id);
  });

  it("shows what was changed by hand, and nothing when nothing was", async () => {
    const network = await plugin.create(NETWORK, "n", { labels: TEST_LABELS });
    const inputs = sleeper({ memory: 64, restart: "always", networksAdvanced: [{ name: network.id }] });
    const made = await create(inputs);
    const untouched = await plugin.read(made);
    expect(untouched?.inputs).toEqual(made.inputs);
    await docker("update", "--memory", "32m", "--memory-swap", "64m", "--restart", "no", made.id);
    await docker("network", "disconnect", network.id, made.id);
    const touched = await plugin.read(made);
    expect(touched?.inputs).toMatchObject({ memory: 32, restart: "no", networksAdvanced: [] });
    const change = await plugin.diff(touched as Made, inputs);
    expect(change).toMatchObject({ updates: ["memory", "restart"], replaces: ["networksAdvanced"] });
  });

  it("sees that the image's name stands for another image now", async () => {
    const tag = `${uniqueName()}:latest`;
    await docker("tag", IMAGE, tag);
    const inputs = sleeper({ image: tag });
    const made = await create(inputs);
    try {
      expect((await plugin.read(made))?.inputs.image).toBe(tag);
      const other = await docker("commit", made.id, tag);
      const drifted = await plugin.read(made);
      expect(drifted?.inputs.image).not.toBe(other);
      expect((await plugin.diff(drifted as Made, inputs)).replaces).toEqual(["image"]);
    } finally {
      await docker("rmi", "-f", tag);
    }
  });
});

describe("a create that is repeated", () => {
  it("adopts the container that an interrupted run made from the same inputs", async () => {
    const inputs = sleeper();
    const first = await create(inputs);
    expect((await create(inputs)).id).toBe(first.id);
  });

  it("replaces one from other inputs, and one that never started", async () => {
    const inputs = sleeper();
    const first = await create(inputs);
    const changed = await create({ ...inputs, hostname: "other" });
    expect(changed.id).not.toBe(first.id);
    await docker("kill", changed.id);
    const again = await create({ ...inputs, hostname: "other" });
    expect(await inspect(again.id, ".State.Running")).toBe(true);
    expect(again.id).not.toBe(changed.id);
  });

  it("refuses to touch a container of someone else", async () => {
    const name = uniqueName();
    const foreign = await docker("run", "-d", ...TEST_LABEL_OPTIONS, "--name", name, IMAGE, "sleep", "infinity");
    await expect(create(sleeper({ name }))).rejects.toThrow(`docker container rm ${name}`);
    expect(await inspect(foreign, ".State.Running")).toBe(true);
  });
});
