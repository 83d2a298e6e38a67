import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMasterDetector } from "@drover/lib/mesos/master-detector";
import { SchedulerDriver } from "@drover/lib/mesos/scheduler";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readMasterFlags } from "../flags";
import { TestMaster } from "../test/masters";

const GUEST = { values: ["fw"] };
const NONE = { type: "NONE" };
const ACLS = {
  get_quotas: [{ principals: GUEST, roles: NONE }],
  view_roles: [
    { principals: GUEST, roles: { values: ["open"] } },
    { principals: GUEST, roles: NONE },
  ],
  access_mesos_logs: [{ principals: GUEST, logs: NONE }],
  get_maintenance_schedules: [{ principals: GUEST, machines: NONE }],
  get_maintenance_statuses: [{ principals: GUEST, machines: NONE }],
};

let folder: string;
let master: TestMaster;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "credentials-"));
  const credentials = [
    { principal: "fw", secret: "s:ecret" },
    { principal: "admin", secret: "top" },
  ];
  writeFileSync(join(folder, "credentials"), JSON.stringify({ credentials }));
  master = await TestMaster.start({
    MESOS_REGISTRY: "in_memory",
    MESOS_CREDENTIALS: join(folder, "credentials"),
    MESOS_AUTHENTICATE_HTTP_READONLY: "true",
    MESOS_AUTHENTICATE_HTTP_READWRITE: "true",
    MESOS_AUTHENTICATE_HTTP_FRAMEWORKS: "true",
    MESOS_AUTHENTICATE_AGENTS: "true",
    MESOS_NO_ROOT_SUBMISSIONS: "",
    MESOS_ACLS: JSON.stringify(ACLS),
  });
}, 30_000);

afterAll(async () => {
  await master.end("SIGKILL");
  rmSync(folder, { recursive: true });
});

const basic = (pair: string, scheme = "Basic") => ({
  Authorization: `${scheme} ${Buffer.from(pair).toString("base64")}`,
});

test.each([
  ["no credentials", {}],
  ["a wrong password", basic("admin:wrong")],
  ["an unknown principal", basic("nobody:")],
  ["a lower case scheme", basic("admin:top", "basic")],
  ["another scheme", { Authorization: "Bearer x" }],
])("%s is answered with 401 and the realm", async (_, headers: Record<string, string>) => {
  const response = await master.get("/state", headers);
  const realm = response.headers.get("www-authenticate");
  expect([response.status, realm, await response.text()]).toEqual([
    401,
    'Basic realm="mesos-master-readonly"',
    "401 Unauthorized.",
  ]);
});

test("each kind of route has its realm, and some stay open", async () => {
  const realm = async (path: string) => (await master.post(path, {})).headers.get("www-authenticate");
  expect(await realm("/api/v1")).toBe('Basic realm="mesos-master-readwrite"');
  expect(await realm("/api/v1/scheduler")).toBe('Basic realm="mesos-master-scheduler"');
  expect(await realm("/api/v1/agent")).toBe('Basic realm="mesos-master-agent"');
  expect((await master.get("/state", basic("admin:top"))).status).toBe(200);
  for (const path of ["/health", "/version", "/redirect", "/"]) {
    expect([path, (await master.get(path)).status]).toEqual([path, path === "/redirect" ? 307 : 200]);
  }
});

test("a framework is bound to its principal", async () => {
  const fatal: string[] = [];
  const subscribed: string[] = [];
  const driver = (principal: string, user = "nobody") =>
    new SchedulerDriver({
      detector: createMasterDetector(`127.0.0.1:${master.port}`),
      framework: { user, name: "authed", principal, failover_timeout: 60 },
      credentials: { principal: "fw", secret: "s:ecret" },
      listener: { onEvent: ({ type }) => subscribed.push(type), onFatal: (message) => fatal.push(message) },
    });
  const good = driver("fw");
  good.start();
  await waitFor("the subscription", () => subscribed.includes("SUBSCRIBED"));
  driver("other").start();
  await waitFor("the refusal", () => fatal.length === 1);
  expect(fatal[0]).toContain("Authenticated principal 'fw' does not match principal 'other' set in `FrameworkInfo`");
  driver("fw", "root").start();
  await waitFor("the refusal of root", () => fatal.length === 2);
  expect(fatal[1]).toBe("User 'root' is not allowed to run frameworks without --root_submissions set");
  const revive = { type: "REVIVE", framework_id: { value: good.frameworkId } };
  const response = await master.post("/api/v1/scheduler", revive, basic("admin:top"));
  expect(await response.text()).toBe(
    "Authenticated principal 'admin' does not match principal 'fw' set in `FrameworkInfo`",
  );
  good.stop();
});

test("what the ACLs withhold is left out or forbidden, for whom they withhold it", async () => {
  const admin = basic("admin:top");
  const call = async (type: string, body?: object, headers = admin) => {
    const response = await master.post("/api/v1", { type, ...(body && { [type.toLowerCase()]: body }) }, headers);
    const text = await response.text();
    return response.ok && text !== "" ? JSON.parse(text)[type.toLowerCase()] : response.status;
  };
  const unavailability = { start: { nanoseconds: 0 } };
  const windows = [{ machine_ids: [{ hostname: "node" }], unavailability }];
  await call("UPDATE_QUOTA", { quota_configs: [{ role: "open", limits: { cpus: { value: 1 } } }] });
  await call("UPDATE_WEIGHTS", { weight_infos: ["open", "secret"].map((role) => ({ role, weight: 2 })) });
  await call("UPDATE_MAINTENANCE_SCHEDULE", { schedule: { windows } });
  const seenBy = async (headers: typeof admin) => [
    (await call("GET_QUOTA", undefined, headers)).status.configs?.length,
    (await call("GET_WEIGHTS", undefined, headers)).weight_infos.length,
    (await call("GET_ROLES", undefined, headers)).roles.map(({ name }: { name: string }) => name),
    (await call("GET_MAINTENANCE_SCHEDULE", undefined, headers)).schedule,
    (await call("GET_MAINTENANCE_STATUS", undefined, headers)).status,
    await call("LIST_FILES", { path: "/master/log" }, headers),
  ];
  expect(await seenBy(admin)).toEqual([
    1,
    2,
    expect.arrayContaining(["open", "secret"]),
    { windows },
    { draining_machines: [{ id: { hostname: "node" } }] },
    404,
  ]);
  expect(await seenBy(basic("fw:s:ecret"))).toEqual([undefined, 1, ["open"], {}, {}, 403]);
  const refused = () => readMasterFlags({ MESOS_REGISTRY: "in_memory", MESOS_ACLS: '{"view_tasks":[]}' });
  expect(refused).toThrow("the ACLs name 'view_tasks'");
});

test("flags that contradict each other are refused at the start", () => {
  const read = (environment: Record<string, string>) => () => readMasterFlags(environment);
  expect(read({})).toThrow("MESOS_ZK is missing");
  expect(read({ MESOS_REGISTRY: "in_memory", MESOS_AUTHENTICATE_AGENTS: "true" })).toThrow(
    "MESOS_CREDENTIALS is missing",
  );
  expect(read({ MESOS_ZK: "zk://a:1/mesos", MESOS_ZK_SESION_TIMEOUT: "1secs" })).toThrow("MESOS_ZK_SESSION_TIMEOUT");
  const sorter = (name: string) => read({ MESOS_REGISTRY: "in_memory", MESOS_ROLE_SORTER: name });
  expect(sorter("drf")).not.toThrow();
  expect(sorter("random")).toThrow("MESOS_ROLE_SORTER: this program does not have what 'random' asks for");
  expect(readMasterFlags({ MESOS_ZK: "zk://me:hush@a:1/mesos" }).texts.zk).toBe("zk://***@a:1/mesos");
});
