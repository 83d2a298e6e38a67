import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleAgent } from "./test/agent-process";
import { MasterStub } from "./test/master-stub";

const run = promisify(execFile);
const IMAGE = "debian:bookworm-slim";

let scratch: string;
let master: MasterStub;
let machine: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "mesos-agent-container-"));
  await bundleAgent(scratch);
  master = await MasterStub.start();
  const machineOptions = [
    "--cgroupns=host",
    "--volume=/sys/fs/cgroup:/sys/fs/cgroup",
    `--volume=${scratch}:${scratch}`,
  ];
  machine = await docker(
    "run",
    "--detach",
    "--init",
    "--label=drover.test=mesos-agent",
    ...machineOptions,
    IMAGE,
    "sleep",
    "1000",
  );
});
afterAll(async () => {
  await docker("rm", "--force", machine);
  await master.stop();
  rmSync(scratch, { recursive: true, force: true });
});

async function docker(...args: string[]): Promise<string> {
  return (await run("docker", args)).stdout.trim();
}

/** An agent's container as a slave runs it; the machine is a container whose process ids it shares. */
async function startAgent(): Promise<string> {
  const flags = {
    MESOS_MASTER: master.address,
    MESOS_IP: "127.0.0.1",
    MESOS_PORT: "0",
    MESOS_ADVERTISE_PORT: "5051",
    MESOS_HOSTNAME: "agent.example",
    MESOS_WORK_DIR: `${scratch}/work`,
    MESOS_RESOURCES: "cpus:1;mem:512;disk:1",
    MESOS_REGISTRATION_BACKOFF_FACTOR: "100ms",
  };
  const options = [
    ...["--detach", "--rm", "--label=drover.test=mesos-agent", "--memory=200m", "--network=host"],
    ...[`--pid=container:${machine}`, "--cap-add=SYS_ADMIN", "--cap-add=SYS_PTRACE"],
    ...["--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined"],
    ...[`--volume=${scratch}:${scratch}`, `--volume=${process.execPath}:/usr/local/bin/node:ro`],
    ...Object.entries(flags).map(([name, value]) => `--env=${name}=${value}`),
  ];
  return docker("run", ...options, IMAGE, "node", `${scratch}/mesos-agent.cjs`);
}

test("a command task is outside the agent's container: free of its limits, alive when it is replaced", async () => {
  const first = await startAgent();
  try {
    await master.registered();
    const value = "cat /proc/self/cgroup > groups; while [ ! -e stop ]; do sleep 0.1; done; exit 5";
    master.run({ id: "t", command: { value } });
    const running = await master.reached("t", "TASK_RUNNING");
    const { container_id } = running.container_status ?? {};
    const sandbox = `${scratch}/work/slaves/S0/frameworks/F-0000/executors/t/runs/${container_id?.value}`;
    const groups = await waitFor("the task's cgroups", () => readFileSync(`${sandbox}/groups`, "utf8"));
    expect(groups).toContain(machine);
    expect(groups).not.toContain(first);
    await docker("kill", first);
    const second = await startAgent();
    try {
      const { tasks } = await master.registered(2);
      expect(tasks[0]).toMatchObject({ state: "TASK_RUNNING" });
      await docker("exec", machine, "touch", `${sandbox}/stop`);
      expect((await master.reached("t", "TASK_FAILED")).message).toBe("Command exited with status 5");
    } finally {
      await docker("kill", second);
    }
  } finally {
    await docker("rm", "--force", first).catch(() => undefined); // gone by --rm
  }
}, 60_000);
