import { expect, it } from "vitest";
import { parseConfig } from "./config";
import { generate } from "./generate";
import { domainFragment, rfc952, rfc1123 } from "./label";
import { withRecovered } from "./recovered";
import type { State, Task } from "./state";
import { taskHash } from "./task-hash";

const config = parseConfig({ masters: ["10.0.0.1:5050"], resolvers: ["10.9.9.9"] });

const web: Task = {
  id: "web.instance-1._app.1",
  name: "web",
  slave_id: "7f6c-S3",
  state: "TASK_RUNNING",
  resources: { ports: "[31000-31001, 31005-31005]" },
  statuses: [
    {
      state: "TASK_RUNNING",
      timestamp: 2,
      container_status: { network_infos: [{ ip_addresses: [{ ip_address: "172.17.0.5" }] }] },
    },
    { state: "TASK_RUNNING", timestamp: 1, container_status: { network_infos: [{ ip_address: "172.17.0.1" }] } },
  ],
};

const stateOf = (...tasks: Task[]): State => ({
  leader: "master@10.0.0.1:5050",
  slaves: [{ id: "7f6c-S3", pid: "slave(1)@10.0.1.13:5051" }],
  frameworks: [{ id: "f-1", name: "marathon", hostname: "10.0.0.2", tasks }],
});

const made = (state: State, changes = {}) =>
  generate(state, ["10.0.0.1:5050", "10.0.0.2:5050"], ["10.0.0.1"], { ...config, ...changes }).records;
const addresses = (records: ReturnType<typeof made>, name: string) => [...(records.a.get(name) ?? [])];
const services = (records: ReturnType<typeof made>, name: string) => [...(records.srv.get(name)?.keys() ?? [])];

it("names masters, agents and frameworks", () => {
  const records = made(stateOf());
  expect(addresses(records, "leader.mesos.")).toEqual(["10.0.0.1"]);
  expect(addresses(records, "master.mesos.")).toEqual(["10.0.0.1", "10.0.0.2"]);
  expect(addresses(records, "master1.mesos.")).toEqual(["10.0.0.2"]);
  expect(addresses(records, "slave.mesos.")).toEqual(["10.0.1.13"]);
  expect(addresses(records, "marathon.mesos.")).toEqual(["10.0.0.2"]);
  expect(services(records, "_leader._tcp.mesos.")).toEqual(["leader.mesos.:5050"]);
  expect(services(records, "_slave._tcp.mesos.")).toEqual(["slave.mesos.:5051"]);
});

it("names a task by its own name, its agent, and each of its ports", () => {
  const records = made(stateOf(web));
  const canonical = `web-${taskHash(web.id)}-s3.marathon`;
  expect(addresses(records, "web.marathon.mesos.")).toEqual(["172.17.0.5"]);
  expect(addresses(records, `${canonical}.mesos.`)).toEqual(["172.17.0.5"]);
  expect(addresses(records, "web.marathon.slave.mesos.")).toEqual(["10.0.1.13"]);
  const targets = [31_000, 31_001, 31_005].map((port) => `${canonical}.slave.mesos.:${port}`);
  expect(services(records, "_web._tcp.marathon.mesos.")).toEqual(targets);
  expect(services(records, "_web._udp.marathon.slave.mesos.")).toEqual(targets);
  expect(addresses(made(stateOf(web), { ipSources: ["host"] }), "web.marathon.mesos.")).toEqual(["10.0.1.13"]);
});

it("uses the discovery name, dots kept, and its ports with their names", () => {
  const discovery = { name: "web.prod", ports: { ports: [{ number: 80, name: "http", protocol: "tcp" }] } };
  const records = made(stateOf({ ...web, discovery }));
  const hash = taskHash(web.id);
  expect(addresses(records, "web.prod.marathon.mesos.")).toEqual(["172.17.0.5"]);
  expect(addresses(records, "web-prod.marathon.mesos.")).toEqual(["172.17.0.5"]);
  expect(services(records, "_web-prod._tcp.marathon.mesos.")).toEqual([`web-prod-${hash}-s3.marathon.mesos.:80`]);
  expect(services(records, "_http._web-prod._tcp.marathon.mesos.")).toHaveLength(1);
  expect(services(records, "_web-prod._udp.marathon.mesos.")).toEqual([]);
  expect(services(records, "_web-prod._udp.marathon.slave.mesos.")).toHaveLength(3);
});

it("leaves out tasks that do not run or whose agent is unknown", () => {
  const records = made(stateOf({ ...web, state: "TASK_STAGING" }, { ...web, slave_id: "7f6c-S9" }));
  expect(records.exists("web.marathon.mesos.")).toBe(false);
});

it("keeps the tasks of agents that have not come back to a new leader", () => {
  const chronos = { id: "f-2", name: "chronos", tasks: [{ ...web, id: "job.1", name: "job" }] };
  const former = { ...stateOf(web), frameworks: [...stateOf(web).frameworks, chronos] };
  const early = { ...stateOf(), slaves: [], recovered_slaves: [{ id: "7f6c-S3" }] };
  const kept = made(withRecovered(early, former));
  expect(addresses(kept, "web.marathon.mesos.")).toEqual(["172.17.0.5"]);
  expect(addresses(kept, "job.chronos.mesos.")).toEqual(["172.17.0.5"]);
  expect(made(withRecovered(stateOf(), former)).exists("web.marathon.mesos.")).toBe(false);
});

it("makes labels by RFC 1123, or RFC 952 when that is enforced", () => {
  expect(domainFragment("My_App.-v2-!.x", rfc1123)).toBe("my-app.v2.x");
  expect(rfc1123(`${"a".repeat(62)}-bc`)).toBe(`${"a".repeat(62)}b`);
  expect(rfc952("0-web-server-with-a-long-name")).toBe("web-server-with-a-long-n");
});

/** The pairs that upstream's own tests expect. */
it("hashes task ids like upstream", () => {
  expect(taskHash("test")).toBe("iffe9");
  expect(taskHash("liquor-store.b8db9f73-562f-11e4-a088-c20493233aa5")).toBe("4dfjd");
});
