import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { docker, IMAGE, inspect, removeLeftovers, TEST_LABELS } from "./docker";
import { type Inputs, type Made, TestPlugin } from "./plugin";
import { sleeper } from "./sleeper";

const CONTAINER = "docker:index/container:Container";
const VOLUME = "docker:index/volume:Volume";

let plugin: TestPlugin;

beforeAll(async () => {
  plugin = await TestPlugin.start();
});
afterEach(removeLeftovers);
afterAll(() => plugin.stop());

const create = (inputs: Inputs): Promise<Made> => plugin.create(CONTAINER, "c", inputs);

describe("a one-shot container", () => {
  const oneShot = (script: string, inputs: Inputs = {}) =>
    sleeper({ command: ["sh", "-c", script], attach: true, logs: true, mustRun: false, ...inputs });

  it("is waited for; its exit code and log are outputs", async () => {
    const made = await create(oneShot("echo out; echo err >&2; exit 3"));
    expect(made.outputs.exitCode).toBe(3);
    expect(String(made.outputs.containerLogs).trim().split("\n").sort()).toEqual(["err", "out"]);
    expect((await plugin.read(made))?.outputs.containerLogs).toBe(made.outputs.containerLogs);
  });

  it("that was given a secret has a secret log", async () => {
    const inputs = oneShot("echo $WORD", { envs: ["WORD=hush"] });
    const made = await plugin.create(CONTAINER, "c", inputs, { secrets: [["envs", 0]] });
    expect(made.outputs.containerLogs).toBe("hush\n");
    expect(made.secrets).toEqual(expect.arrayContaining([["envs", 0], ["containerLogs"]]));
  });

  it("with `rm` leaves nothing behind, and stays in the state", async () => {
    const made = await create(oneShot("true", { rm: true }));
    expect(await docker("ps", "-aq", "--filter", `id=${made.id}`)).toBe("");
    expect((await plugin.read(made))?.outputs).toEqual(made.outputs);
  });
});

describe("a container that does not come up", () => {
  // As with the official plugin, only an end that comes before the start has been looked at is seen.
  it("fails with the end of its log when it must run and ends", { retry: 3 }, async () => {
    const inputs = sleeper({ command: ["sh", "-c", "echo no config; exit 4"] });
    await expect(create(inputs)).rejects.toThrow(/exit code 4.*mustRun: false[\s\S]*no config/);
    expect(await docker("ps", "-aq", "--filter", `name=${String(inputs.name)}`)).toBe("");
  });

  it("fails when it is not healthy in time, but stays, and is asked again by the next update", async () => {
    const healthcheck = { tests: ["CMD", "test", "-e", "/ready"], interval: "200ms" };
    const inputs = sleeper({ healthcheck, wait: true, waitTimeout: 1 });
    await expect(create(inputs)).rejects.toThrow(/not healthy after 1 s/);
    const id = await docker("ps", "-q", "--no-trunc", "--filter", `name=${String(inputs.name)}`);
    await docker("exec", id, "touch", "/ready");
    const checked = await plugin.check(CONTAINER, "c", inputs);
    const updated = await plugin.update({ type: CONTAINER, name: "c", id, inputs: checked, outputs: checked }, inputs);
    expect(updated.outputs.networkDatas).toHaveLength(1);
  });

  it("names the port that is taken and leaves no container behind", async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const { port } = holder.address() as { port: number };
    const inputs = sleeper({ ports: [{ internal: 80, external: port, ip: "127.0.0.1" }] });
    try {
      await expect(create(inputs)).rejects.toThrow(`port ${port} is already in use on 127.0.0.1`);
    } finally {
      holder.close();
    }
    expect(await docker("ps", "-aq", "--filter", `name=${String(inputs.name)}`)).toBe("");
  });
});

describe("a delete", () => {
  it("stops the container within its grace and takes its anonymous volumes along", async () => {
    const trap = "trap 'echo bye > /data/last; exit' TERM; while :; do sleep 0.1; done";
    const volume = await plugin.create(VOLUME, "v", { labels: TEST_LABELS });
    const volumes = [{ volumeName: volume.id, containerPath: "/data" }, { containerPath: "/anonymous" }];
    const made = await create(sleeper({ command: ["sh", "-c", trap], destroyGraceSeconds: 10, volumes }));
    const mounts = await inspect<{ Name: string; Destination: string }[]>(made.id, ".Mounts");
    const anonymous = mounts.find(({ Destination }) => Destination === "/anonymous")?.Name ?? "";
    await plugin.delete(made);
    await expect(docker("volume", "inspect", anonymous)).rejects.toThrow(/no such volume/i);
    expect(await docker("run", "--rm", "-v", `${volume.id}:/data`, IMAGE, "cat", "/data/last")).toBe("bye");
    await plugin.delete(made);
  });
});
