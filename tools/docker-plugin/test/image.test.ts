import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { docker, IMAGE, inspect, removeLeftovers, TEST_LABEL_OPTIONS } from "./docker";
import { type Inputs, type Made, TestPlugin } from "./plugin";

const IMAGE_TYPE = "docker:index/image:Image";
const REMOTE_IMAGE = "docker:index/remoteImage:RemoteImage";
const NAME = "drover-test/built";

let plugin: TestPlugin;
let folder: string;

beforeAll(async () => {
  plugin = await TestPlugin.start();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "drover-build-"));
});
afterEach(async () => {
  await docker("rmi", "-f", NAME).catch(() => {});
  await rm(folder, { recursive: true });
});
afterAll(() => plugin.stop());

const build = (name: string, inputs: Inputs): Promise<Made> =>
  plugin.create(IMAGE_TYPE, "i", { imageName: name, skipPush: true, buildOnPreview: false, ...inputs });

const dockerfile = (...lines: string[]) =>
  writeFile(join(folder, "Dockerfile"), [`FROM ${IMAGE}`, ...lines].join("\n"));

describe.each(["BuilderV1", "BuilderBuildKit"])("an image built by %s", (builderVersion) => {
  it("has the files of its context, its arguments and its target", async () => {
    const first = [`FROM ${IMAGE} AS first`, "ARG WORD", "COPY . /context", "RUN echo $WORD > /word"];
    await writeFile(join(folder, "Dockerfile"), [...first, "FROM first", "RUN false"].join("\n"));
    await writeFile(join(folder, ".dockerignore"), "*.log\n!keep.log\n");
    for (const name of ["a.txt", "b.log", "keep.log"]) await writeFile(join(folder, name), name);
    await symlink("a.txt", join(folder, "link"));
    const made = await build(NAME, {
      build: { context: folder, builderVersion, args: { WORD: "hello" }, target: "first", network: "host" },
    });
    expect(made.id).toBe(NAME);
    expect(made.outputs.repoDigest).toBe(await inspect(NAME, ".Id"));
    const seen = await docker("run", "--rm", NAME, "sh", "-c", "cat /word; cd /context; ls -A; readlink link");
    expect(seen.split("\n")).toEqual(["hello", ".dockerignore", "Dockerfile", "a.txt", "keep.log", "link", "a.txt"]);
  });

  it("fails with the end of the build's log", async () => {
    await dockerfile(`RUN echo ${builderVersion} says no; false`);
    const failing = build(NAME, { build: { context: folder, builderVersion } });
    await expect(failing).rejects.toThrow(new RegExp(`cannot build image ${NAME}.*${builderVersion} says no`, "s"));
  });
});

describe("an image", () => {
  it("is built again when a file of its context changes, and not when an ignored one does", async () => {
    await dockerfile("COPY . /context");
    await writeFile(join(folder, ".dockerignore"), "ignored");
    const inputs = { imageName: NAME, skipPush: true, build: { context: folder } };
    const made = await plugin.create(IMAGE_TYPE, "i", inputs);
    await writeFile(join(folder, "ignored"), "x");
    expect((await plugin.diff(made, inputs)).updates).toEqual([]);
    await writeFile(join(folder, "file"), "x");
    expect(await plugin.diff(made, inputs)).toMatchObject({ updates: ["contextDigest"], replaces: [] });
    const updated = await plugin.update(made, inputs);
    expect(updated.outputs.repoDigest).not.toBe(made.outputs.repoDigest);
  });

  it("is gone when it was removed by hand, and built again when its name stands for another", async () => {
    await dockerfile("RUN touch /one");
    const inputs = { imageName: NAME, skipPush: true, build: { context: folder } };
    const made = await plugin.create(IMAGE_TYPE, "i", inputs);
    expect((await plugin.read(made))?.inputs).toEqual(made.inputs);
    await docker("tag", IMAGE, NAME);
    expect((await plugin.diff((await plugin.read(made)) as Made, inputs)).updates).toEqual(["contextDigest"]);
    await docker("rmi", NAME);
    expect(await plugin.read(made)).toBeUndefined();
  });

  it("names the Dockerfile that is not there before anything is done", async () => {
    await expect(build(NAME, { build: { context: folder } })).rejects.toThrow(
      `cannot read the Dockerfile ${folder}/Dockerfile`,
    );
  });
});

describe("with a registry", () => {
  let registry: string;
  let name: string;

  beforeAll(async () => {
    await docker(
      "build",
      "-q",
      "--network",
      "host",
      "-t",
      "drover-test/docker-plugin-registry",
      join(__dirname, "registry"),
    );
    registry = await docker(
      "run",
      "-d",
      ...TEST_LABEL_OPTIONS,
      "-p",
      "127.0.0.1::5000",
      "drover-test/docker-plugin-registry",
    );
    const address = await docker("port", registry, "5000/tcp");
    name = `${address}/built:v1`;
    await vi.waitUntil(
      () =>
        fetch(`http://${address}/v2/`).then(
          (answer) => answer.ok,
          () => false,
        ),
      { timeout: 60_000 },
    );
  }, 300_000);
  afterAll(async () => {
    await docker("rmi", "-f", name).catch(() => {});
    await removeLeftovers();
  });

  it("an image is pushed, and a remote image is pulled and removed again", async () => {
    await dockerfile("LABEL a=b");
    const pushed = await build(name, { skipPush: false, build: { context: folder } });
    expect(pushed.outputs.repoDigest).toMatch(/\/built@sha256:[0-9a-f]{64}$/);
    await docker("rmi", "-f", name, String(pushed.outputs.repoDigest));
    const pulled = await plugin.create(REMOTE_IMAGE, "r", { name });
    expect(pulled.outputs).toMatchObject({
      imageId: await inspect(name, ".Id"),
      repoDigest: pushed.outputs.repoDigest,
    });
    expect((await plugin.read(pulled))?.outputs).toEqual(pulled.outputs);
    await plugin.delete({ ...pulled, outputs: { ...pulled.outputs, keepLocally: true } });
    expect((await plugin.read(pulled))?.id).toBe(pulled.id);
    await plugin.delete(pulled);
    expect(await plugin.read(pulled)).toBeUndefined();
    await plugin.delete(pulled);
  });
});

it("a registry that cannot be reached is an error that says how to do without", async () => {
  const name = "127.0.0.1:1/built:v1";
  await dockerfile("LABEL a=b");
  await expect(build(name, { skipPush: false, build: { context: folder } })).rejects.toThrow(
    /does not take it.*skipPush: true/s,
  );
  await docker("rmi", "-f", name);
  await expect(plugin.create(REMOTE_IMAGE, "r", { name })).rejects.toThrow(
    /is not on .* and cannot be pulled.*build or load it/s,
  );
});
