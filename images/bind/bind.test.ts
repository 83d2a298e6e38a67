import { execFile } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "@drover/lib/test/port";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { renderNamedConf } from "../../templates/named/named-conf";
import { renderZone, zoneFileName } from "../../templates/named/zone";
import { buildTestImage, docker } from "../test-image";

const run = promisify(execFile);
const DOMAIN = "cluster.example";

/** A config server that follows a repository, and a BIND that follows the config server. */
const containers: string[] = [];
let dir: string;
let bind: string;
let configServer: string;
let resolver: Resolver;

const start = async (...args: string[]) => {
  const container = await docker("run", "--detach", "--label", "drover.test=edge", ...args);
  containers.push(container);
  return container;
};
const addressOf = (container: string) => docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", container);
const git = (...args: string[]) => run("git", ["-C", join(dir, "repository"), ...args]);
const machines = [{ name: "ops100", address: "10.0.0.1" }];
const zoneWith = (aliases: string[]) =>
  renderZone({ domain: DOMAIN, machines, core: ["ops100"], aliases, ttlSeconds: 1 });

async function commit(zone: string): Promise<void> {
  await writeFile(join(dir, "repository/named", zoneFileName(DOMAIN)), zone);
  await git("add", ".");
  await git("-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "--quiet", "-m", "change");
}

beforeAll(async () => {
  const [bindImage, configImage] = await Promise.all([buildTestImage("bind"), buildTestImage("config-server")]);
  dir = await mkdtemp(join(tmpdir(), "bind-"));
  await chmod(dir, 0o755);
  for (const folder of ["rendered/named", "repository/named"]) await mkdir(join(dir, folder), { recursive: true });
  const conf = renderNamedConf({
    ...{ domain: DOMAIN, networks: ["172.16.0.0/12"], forwarders: [], dnssecValidation: false, cacheMb: 16 },
    mesosDns: [{ address: "127.0.0.1", port: 8053 }],
  });
  await writeFile(join(dir, "rendered/named/named.conf"), conf);
  await writeFile(join(dir, `rendered/named/${zoneFileName(DOMAIN)}`), zoneWith(["rendered"]));

  const gitServer = await start(
    ...["--volume", `${dir}/repository:/repository:ro`, "--user", "root", "--entrypoint", "git", configImage],
    ...["daemon", "--export-all", "/repository"],
  );
  configServer = await start(
    ...[
      "--volume",
      `${dir}/rendered:/config:ro`,
      "--env",
      `CONFIG_GIT_URL=git://${await addressOf(gitServer)}/repository`,
    ],
    ...["--env", "CONFIG_GIT_INTERVAL_SECONDS=1", "--cap-drop", "ALL", configImage],
  );
  const address = await addressOf(configServer);
  const port = await freePort();
  bind = await start(
    ...["--cap-drop", "ALL"],
    ...["CHOWN", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"].flatMap((name) => ["--cap-add", name]),
    ...["--env", `CONFIG_URLS=http://127.0.0.1:1,http://${address}:8090`, "--env", "CONFIG_POLL_SECONDS=1"],
    ...["--publish", `127.0.0.1:${port}:53/udp`, bindImage],
  );
  resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
}, 120_000);

afterEach(async ({ task }) => {
  if (task.result?.state === "fail") {
    for (const container of containers) console.error(await docker("logs", "--tail", "40", container));
  }
});

afterAll(async () => {
  await docker("rm", "--force", "--volumes", ...containers);
  await rm(dir, { recursive: true });
});

const address = (name: string) => resolver.resolve4(`${name}.${DOMAIN}`);
const txt = async (name: string) => (await resolver.resolveTxt(`${name}.${DOMAIN}`)).flat().join();

it("serves the rendered zone: machines, aliases, and any other name, by the config server that answers", async () => {
  await waitFor("an answer", () => address("ops100"), 20_000);
  expect(await address("rendered")).toEqual(["10.0.0.1"]);
  expect(await address("web.prod")).toEqual(["10.0.0.1"]);
});

it("follows the repository", async () => {
  await run("cp", [join(dir, "rendered/named/named.conf"), join(dir, "repository/named/")]);
  await run("git", ["init", "--quiet", "--initial-branch", "main", join(dir, "repository")]);
  await commit(`${zoneWith([])}note TXT first\n`);
  await waitFor("the repository's zone", async () => (await txt("note")) === "first", 20_000);
  await commit(`${zoneWith(["extra"])}note TXT second\n`);
  await waitFor("the second commit", async () => (await txt("note")) === "second", 20_000);
});

it("keeps the last good configuration when a new one is bad, and says so", async () => {
  await commit("this is no zone\n");
  await waitFor(
    "the refusal",
    async () => (await docker("logs", bind)).includes("refused the new configuration"),
    20_000,
  );
  expect(await txt("note")).toBe("second");
  await commit(`${zoneWith([])}note TXT third\n`);
  await waitFor("the third commit", async () => (await txt("note")) === "third", 20_000);
});

it("keeps it while no config server answers, over a restart, too", async () => {
  await docker("stop", "--time", "1", configServer);
  await docker("restart", "--time", "5", bind);
  await waitFor("an answer after the restart", async () => (await txt("note")) === "third", 20_000);
});
