import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { buildPlugin } from "../build";
import { docker, IMAGE, inspect, removeLeftovers, TEST_LABELS } from "./docker";

const run = promisify(execFile);

/** One run of Pulumi starts its language host and two plugins, in milliseconds. */
const RUN_LIMIT_MS = 90_000;

const CONTAINER = `drover-test-cli-${process.pid}`;

let folder: string;
let env: NodeJS.ProcessEnv;

/** Runs the real Pulumi CLI in the test's project. It must be on PATH; the set-up of this repository puts it there. */
async function pulumi(...args: string[]): Promise<string> {
  try {
    const { stdout } = await run("pulumi", [...args, "--non-interactive"], {
      cwd: join(folder, "project"),
      env,
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: string; stdout?: string; stderr?: string };
    if (code === "ENOENT") throw new Error("there is no `pulumi` on PATH: run the set-up first (npm run setup)");
    throw new Error(`${stdout}\n${stderr}`);
  }
}

/** The program of the test; `container` are more inputs of its container. */
function program(container: string): Promise<void> {
  const source = `
    const pulumi = require("@pulumi/pulumi");
    const docker = require("@pulumi/docker");
    const labels = ${JSON.stringify(TEST_LABELS)};
    const network = new docker.Network("network", { labels });
    const volume = new docker.Volume("volume", { labels });
    const first = new docker.Container("first", {
      image: "${IMAGE}", name: "${CONTAINER}", command: ["sleep", "infinity"], labels,
      envs: [pulumi.interpolate\`PASSWORD=\${pulumi.secret("hush")}\`, "PLAIN=1"],
      networksAdvanced: [{ name: network.name, aliases: ["first"] }],
      volumes: [{ volumeName: volume.name, containerPath: "/data" }],
      ${container}
    });
    // The address of this engine is known only when the first container is there, as a machine's is.
    const host = first.id.apply(() => "unix:///var/run/docker.sock");
    const provider = new docker.Provider("inner", { host, sshOpts: ["-v"] });
    const second = new docker.Container("second", { image: "${IMAGE}", command: ["sleep", "infinity"], labels }, { provider });
    exports.first = first.id;
    exports.second = second.name;`;
  return writeFile(join(folder, "project", "index.js"), source);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "drover-pulumi-"));
  for (const name of ["project", "home", "state"]) await mkdir(join(folder, name));
  await buildPlugin(join(folder, "bin"));
  await writeFile(
    join(folder, "project", "Pulumi.yaml"),
    "name: plugin-test\nruntime:\n  name: nodejs\n  options: { typescript: false }\n",
  );
  await writeFile(join(folder, "project", "package.json"), '{ "main": "index.js" }');
  const modules = dirname(dirname(dirname(require.resolve("@pulumi/pulumi/package.json"))));
  await symlink(modules, join(folder, "project", "node_modules"));
  env = {
    ...process.env,
    PATH: [join(folder, "bin"), process.env.PATH, join(modules, "@pulumi/pulumi")].join(delimiter),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "1",
  };
  await program("");
  await pulumi("stack", "init", "test");
}, RUN_LIMIT_MS);

afterAll(async () => {
  await removeLeftovers();
  await rm(folder, { recursive: true, force: true });
});

const up = (...args: string[]) => pulumi("up", "--yes", "--skip-preview", "--suppress-outputs", ...args);
const containerId = () => pulumi("stack", "output", "first").then((id) => id.trim());

describe("with the real Pulumi CLI, in this order", { timeout: RUN_LIMIT_MS }, () => {
  it("a preview works while a provider's host is not known", async () => {
    const preview = await pulumi("preview");
    expect(preview).toContain("+ 6 to create");
    expect(preview).toContain("pulumi-resource-docker");
  });

  it("an update makes everything, and the next one finds nothing to do", async () => {
    expect(await up()).toContain("6 created");
    expect(await inspect(CONTAINER, ".State.Running")).toBe(true);
    expect(await inspect(CONTAINER, ".Config.Env")).toContain("PASSWORD=hush");
    expect(await up()).toContain("6 unchanged");
  });

  it("a secret stays one in the state", async () => {
    const state = await pulumi("stack", "export");
    expect(state).toContain("PLAIN=1");
    expect(state).not.toContain("hush");
  });

  it("a refresh brings a container back that was removed by hand", async () => {
    const before = await containerId();
    await docker("rm", "-f", CONTAINER);
    expect(await up("--refresh")).toMatch(/\+ 1 created/);
    expect(await containerId()).not.toBe(before);
  });

  it("memory changes in place; a container that gets unhealthy is kept, and the next update finishes the work", async () => {
    const before = await containerId();
    await program("memory: 64,");
    expect(await up()).toMatch(/~ 1 updated/);
    expect(await containerId()).toBe(before);
    const healthcheck = '{ tests: ["CMD", "test", "-e", "/ready"], interval: "200ms" }';
    await program(`memory: 64, healthcheck: ${healthcheck}, wait: true, waitTimeout: 1,`);
    await expect(up()).rejects.toThrow(/not healthy after 1 s/);
    const unhealthy = await inspect<string>(CONTAINER, ".Id");
    await docker("exec", CONTAINER, "touch", "/ready");
    await up();
    expect(await containerId()).toBe(unhealthy);
  });

  it("a misspelt input fails the preview with a suggestion", async () => {
    await program("ports: [{ internl: 80 }],");
    await expect(pulumi("preview")).rejects.toThrow(/internl.*did you mean "internal"/);
  });

  it("a destroy leaves nothing behind", async () => {
    await pulumi("destroy", "--yes", "--skip-preview");
    for (const kind of [
      ["ps", "-aq"],
      ["network", "ls", "-q"],
      ["volume", "ls", "-q"],
    ]) {
      expect(await docker(...kind, "--filter", `label=${TEST_LABELS[1]?.label}=${TEST_LABELS[1]?.value}`)).toBe("");
    }
  });
});

it("the plugin tells its port soon after its start, since every run of Pulumi starts several", async () => {
  const begun = performance.now();
  const child = spawn(join(folder, "bin", "pulumi-resource-docker"), ["127.0.0.1:1"]);
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString()));
    child.once("error", reject);
  });
  const tookMs = performance.now() - begun;
  child.kill();
  expect(port).toMatch(/^\d+\n$/);
  expect(tookMs).toBeLessThan(1_000);
});

it("the plugin ends when the engine that started it was killed", async () => {
  const plugin = join(folder, "bin", "pulumi-resource-docker");
  const parent = spawn("sh", ["-c", `'${plugin}' 127.0.0.1:1 & echo $!; wait`]);
  let printed = "";
  parent.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  await vi.waitUntil(() => /^\d+\n\d+\n$/.test(printed), { timeout: 5_000 });
  const pid = Number(printed.split("\n")[0]);
  parent.kill("SIGKILL");
  const ended = () => {
    try {
      return !process.kill(pid, 0);
    } catch {
      return true;
    }
  };
  await vi.waitUntil(ended, { timeout: 8_000 });
});
