import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ContainerInfo } from "@drover/lib/mesos/types";
import { freePort } from "@drover/lib/test/port";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, expect, test } from "vitest";
import { docker } from "../../images/test-image";
import { AgentProcess, bundleAgent } from "./test/agent-process";
import { MasterStub } from "./test/master-stub";

/** Packages are fetched the first time. */
const buildLimitMs = 180_000;
const label = "drover.test=mesos-agent";
const folder = join(__dirname, "test", "registry");

let scratch: string;
let registry: string;
let image: string;
let auths: Record<string, { auth: string }>;
let master: MasterStub;
let agent: AgentProcess;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "mesos-agent-registry-"));
  for (const target of ["registry", "private"])
    await docker("build", "--quiet", "--network", "host", "--target", target, "--tag", tagOf(target), folder);
  const port = await freePort();
  // The engine speaks HTTP to registries on the loopback network.
  const address = `127.0.0.1:${port}`;
  image = `${address}/team/private:1`;
  auths = { [address]: { auth: Buffer.from("user:secret").toString("base64") } };
  const publish = ["--publish", `${address}:5000`];
  registry = await docker("run", "--detach", "--label", label, ...publish, tagOf("registry"));
  await waitFor("the registry", async () => (await fetch(`http://${address}/v2/`)).status === 401);
  await putImage();
  master = await MasterStub.start();
  agent = await AgentProcess.create(await bundleAgent(scratch), { MESOS_MASTER: master.address });
  agent.start();
  await master.registered();
}, buildLimitMs);

afterAll(async () => {
  const own = await docker("ps", "--all", "--quiet", "--filter", `label=mesos.agent.work_dir=${agent.workDir}`);
  await agent.remove();
  await master.stop();
  await docker("rm", "--force", "--volumes", registry, ...own.split("\n").filter(Boolean));
  await docker("rmi", "--force", image);
  rmSync(scratch, { recursive: true });
}, 30_000);

function tagOf(target: string): string {
  return `drover-test/registry-${target}`;
}

/** Puts the image into the registry, and forgets it here. */
async function putImage(): Promise<void> {
  const config = join(scratch, "docker");
  mkdirSync(config);
  writeFileSync(join(config, "config.json"), JSON.stringify({ auths }));
  await docker("tag", tagOf("private"), image);
  await docker("--config", config, "push", "--quiet", image);
  await docker("rmi", image);
}

function runPrivate(id: string, ...uris: string[]): void {
  const container: ContainerInfo = { type: "DOCKER", docker: { image, network: "HOST", force_pull_image: true } };
  master.run({ id, container, command: { value: "exit 0", uris: uris.map((value) => ({ value })) } });
}

test("without credentials a private image is not pulled", async () => {
  runPrivate("stranger");
  const { reason, message } = await master.reached("stranger", "TASK_FAILED");
  expect([reason, message]).toEqual([
    "REASON_CONTAINER_LAUNCH_FAILED",
    expect.stringMatching(
      /pull 127.0.0.1:\d+\/team\/private:1': exited with status 1; stderr='.*(no basic auth|denied)/,
    ),
  ]);
});

test("credentials come through URIs, as an archive of .docker or as the old .dockercfg", async () => {
  mkdirSync(join(scratch, ".docker"));
  writeFileSync(join(scratch, ".docker", "config.json"), JSON.stringify({ auths }));
  const archive = join(scratch, "docker.tar.gz");
  await promisify(execFile)("tar", ["-czf", archive, "-C", scratch, ".docker"]);
  runPrivate("archive", archive);
  await master.reached("archive", "TASK_FINISHED");
  const old = join(scratch, ".dockercfg");
  writeFileSync(old, JSON.stringify(auths));
  runPrivate("old", `file://${old}`);
  await master.reached("old", "TASK_FINISHED");
});
