import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { docker, IMAGE, inspect, removeLeftovers, TEST_LABELS } from "./docker";
import { TestEngine } from "./engine";
import { type Made, TestPlugin } from "./plugin";
import { SSH_HOST_LIMIT_MS, SshHost } from "./ssh-host";

const CONTAINER = "docker:index/container:Container";
const VOLUME = "docker:index/volume:Volume";

let host: SshHost;

beforeAll(async () => {
  host = await SshHost.start();
}, SSH_HOST_LIMIT_MS);
afterAll(() => host.remove());
afterEach(removeLeftovers);

const sleeper = { image: IMAGE, command: ["sleep", "infinity"], labels: TEST_LABELS };

describe("an engine behind ssh://", () => {
  let plugin: TestPlugin;

  beforeAll(async () => {
    plugin = await TestPlugin.start(host.config());
  });
  afterAll(() => plugin.stop());

  it("makes, reads and removes what it is asked for, files included", async () => {
    const uploads = [{ file: "/etc/big", content: "x".repeat(3_000_000) }];
    const made = await plugin.create(CONTAINER, "remote", { ...sleeper, uploads });
    expect(await docker("exec", made.id, "stat", "-c", "%s", "/etc/big")).toBe("3000000");
    expect((await plugin.read(made))?.inputs).toEqual(made.inputs);
    await plugin.delete(made);
    await expect(inspect(made.id, ".Id")).rejects.toThrow(/no such object/i);
  });

  it("is reached over at most four connections, which are used again", async () => {
    const make = (i: number) => plugin.create(VOLUME, `v${i}`, { labels: TEST_LABELS });
    const made = await Promise.all(Array.from({ length: 12 }, (_, i) => make(i)));
    const connections = await host.connections();
    expect(connections.length).toBeGreaterThan(0);
    expect(connections.length).toBeLessThanOrEqual(4);
    await Promise.all(made.map((volume) => plugin.read(volume)));
    expect(await host.connections()).toEqual(connections);
  });

  it("is reached again after its connections broke", async () => {
    const made = await plugin.create(VOLUME, "v", { labels: TEST_LABELS });
    await docker("exec", host.id, "kill", "-9", ...(await host.connections()));
    await vi.waitUntil(async () => (await host.connections()).length === 0, { timeout: 5_000 });
    expect((await plugin.read(made))?.id).toBe(made.id);
  });
});

describe("a machine that does not answer", () => {
  let away: SshHost;
  let engine: TestEngine;
  let plugin: TestPlugin;
  let made: Made;

  beforeAll(async () => {
    away = await SshHost.start();
    engine = await TestEngine.start();
    plugin = await TestPlugin.start(away.config(), engine.address);
    made = await plugin.create(VOLUME, "v", { labels: TEST_LABELS });
    await away.kill();
  }, SSH_HOST_LIMIT_MS);
  afterAll(async () => {
    plugin.stop();
    engine.stop();
    await away.remove();
  });

  it("took all that was on it along: reads say gone and deletes succeed, each with a warning, after one wait for all", async () => {
    const begun = Date.now();
    const reads = await Promise.all(Array.from({ length: 10 }, () => plugin.read(made)));
    expect(reads).toEqual(Array.from({ length: 10 }, () => undefined));
    expect(await plugin.read(made)).toBeUndefined();
    await plugin.delete(made);
    expect(Date.now() - begun).toBeLessThan(8_000);
    await vi.waitUntil(() => engine.warnings.length === 12, { timeout: 2_000 });
    expect(engine.warnings[0]).toMatch(
      /not reachable at ssh:\/\/root@127\.0\.0\.1.*Connection refused.*counts as gone/s,
    );
  });

  it("fails a create within the limit, and the error says what ssh said", async () => {
    const begun = Date.now();
    await expect(plugin.create(VOLUME, "new", { labels: TEST_LABELS })).rejects.toThrow(
      /127\.0\.0\.1.*Connection refused.*15 s/s,
    );
    expect(Date.now() - begun).toBeLessThan(17_000);
  });
});

it("a machine that answers but lets nobody in is no machine that is gone", async () => {
  const plugin = await TestPlugin.start(host.config("other"));
  try {
    const volume = { type: VOLUME, name: "v", id: "v", inputs: {}, outputs: {} };
    await expect(plugin.read(volume)).rejects.toThrow(/Permission denied.*check the user, the key/s);
  } finally {
    plugin.stop();
  }
});

it("a local engine that is not there is an error with advice, at once", async () => {
  const plugin = await TestPlugin.start({ host: "unix:///nowhere/docker.sock" });
  const begun = Date.now();
  await expect(plugin.create(VOLUME, "v", {})).rejects.toThrow(
    /unix:\/\/\/nowhere\/docker\.sock.*start the Docker engine/s,
  );
  expect(Date.now() - begun).toBeLessThan(2_000);
  plugin.stop();
});
