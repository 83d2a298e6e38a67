import type { Offer } from "@drover/lib/mesos/types";
import { describe, expect, test } from "vitest";
import { readScheduledJob } from "../model/job-request";
import { newRun } from "../model/run";
import { fulfils } from "./constraints";
import { taskInfo } from "./task-info";

const offer: Offer = {
  id: { value: "o1" },
  framework_id: { value: "f1" },
  agent_id: { value: "s1" },
  hostname: "slave-000",
  resources: [],
  attributes: [
    { name: "rack", type: "TEXT", text: { value: "r1" } },
    { name: "level", type: "SCALAR", scalar: { value: 8 } },
    { name: "ports", type: "RANGES", ranges: { range: [{ begin: 1, end: 2 }] } },
  ],
};

function task(job: object, given?: string) {
  const defaults = { cpus: 0.1, mem: 128, disk: 256, user: "root" };
  const read = readScheduledJob(Buffer.from(JSON.stringify({ name: "backup", ...job })), defaults);
  return taskInfo({ job: read, run: newRun(read, 1234, 2, given), offer, resources: [] });
}

describe("the task", () => {
  test("is named after the job and told of the run, which a user cannot override", () => {
    const environmentVariables = ["LEVEL", "HOST"].map((name) => ({ name, value: "1" }));
    const info = task({ command: "x", owner: "ops@example.org", environmentVariables });
    expect(info).toMatchObject({ name: "ChronosTask:backup", task_id: { value: "ct:1234:2:backup:" } });
    const variables = info.command?.environment?.variables ?? [];
    expect(Object.fromEntries(variables.map(({ name, value }) => [name, value]))).toEqual({
      LEVEL: "1",
      HOST: "slave-000",
      mesos_task_id: "ct:1234:2:backup:",
      MESOS_TASK_ID: "ct:1234:2:backup:",
      CHRONOS_JOB_NAME: "backup",
      CHRONOS_JOB_OWNER: "ops@example.org",
      CHRONOS_JOB_RUN_TIME: "1234",
      CHRONOS_JOB_RUN_ATTEMPT: "2",
      CHRONOS_RESOURCE_CPU: "0.1",
      CHRONOS_RESOURCE_MEM: "128.0",
      CHRONOS_RESOURCE_DISK: "256.0",
    });
  });

  test.each([
    ["a shell line", { command: "echo" }, undefined, { shell: true, value: "echo" }],
    ["with arguments", { command: "echo", arguments: ["a", "b"] }, undefined, { shell: true, value: "echo a b" }],
    ["with those of a run", { command: "echo", arguments: ["a"] }, "c; d", { shell: true, value: "echo c d" }],
    [
      "without a shell",
      { command: "/bin/echo", shell: false, arguments: ["echo", "a b"] },
      "c",
      { shell: false, value: "/bin/echo", arguments: ["echo", "a b", "c"] },
    ],
    ["nothing but an image", { container: { image: "x" } }, undefined, { shell: false }],
    [
      "a URL",
      { command: "http://h/run.sh" },
      undefined,
      { shell: true, value: '"./run.sh"', uris: [{ value: "http://h/run.sh", executable: true }] },
    ],
  ])("runs %s", (_, job, given, command) => {
    const { environment: _environment, ...rest } = task(job, given).command ?? {};
    expect(rest).toEqual({ ...command, user: "root" });
  });

  test("fetches, and has a time limit", () => {
    const info = task({ command: "x", fetch: [{ uri: "http://h/a.tgz", output_file: "b" }], maxCompletionTime: 60 });
    expect(info.command?.uris).toEqual([
      { value: "http://h/a.tgz", extract: true, executable: false, cache: false, output_file: "b" },
    ]);
    expect(info.max_completion_time).toEqual({ nanoseconds: 60e9 });
  });

  test("has a Docker container with volumes, parameters and networks", () => {
    const container = {
      type: "docker",
      image: "backup:1",
      network: "USER",
      networkName: "net",
      forcePullImage: true,
      parameters: [{ key: "privileged", value: "true" }],
      networkInfos: [{ name: "other", portMappings: [{ hostPort: 31000, containerPort: 80, protocol: "TCP" }] }],
      volumes: [
        { hostPath: "/mnt/gv0/b", containerPath: "/b", mode: "ro" },
        { containerPath: "/v", external: { name: "v1", provider: "rexray", options: [{ key: "size", value: "1" }] } },
      ],
    };
    expect(task({ container }).container).toEqual({
      type: "DOCKER",
      docker: {
        image: "backup:1",
        network: "USER",
        force_pull_image: true,
        parameters: [{ key: "privileged", value: "true" }],
        port_mappings: [{ host_port: 31000, container_port: 80, protocol: "tcp" }],
      },
      network_infos: [
        { name: "net" },
        { name: "other", port_mappings: [{ host_port: 31000, container_port: 80, protocol: "tcp" }] },
      ],
      volumes: [
        { container_path: "/b", host_path: "/mnt/gv0/b", mode: "RO" },
        {
          container_path: "/v",
          mode: "RW",
          source: {
            type: "DOCKER_VOLUME",
            docker_volume: {
              driver: "rexray",
              name: "v1",
              driver_options: { parameter: [{ key: "size", value: "1" }] },
            },
          },
        },
      ],
    });
  });

  test("of a custom executor carries its flags and command", () => {
    const info = task({ command: "go", executor: "/opt/executor", executorFlags: "-v" });
    expect(info.command).toBeUndefined();
    expect(info.executor).toMatchObject({ executor_id: { value: "backup" }, command: { value: "/opt/executor" } });
    expect(Buffer.from(info.data ?? "", "base64").toString()).toBe("-v|go");
  });
});

test.each([
  [["rack", "EQUALS", "r1"], true],
  [["rack", "EQUALS", "r"], false],
  [["hostname", "EQUALS", "slave-000"], true],
  [["rack", "LIKE", "r\\d"], true],
  [["rack", "LIKE", "r"], false],
  [["level", "LIKE", "8\\.0"], true],
  [["rack", "UNLIKE", "r2"], true],
  [["rack", "UNLIKE", "r\\d"], false],
  [["ports", "LIKE", ".*"], false],
  [["none", "UNLIKE", "x"], false],
] as const)("constraint %j is fulfilled: %s", ([attribute, operator, value], isFulfilled) => {
  expect(fulfils([attribute, operator, value], offer)).toBe(isFulfilled);
});
