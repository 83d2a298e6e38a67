import { waitFor } from "@drover/lib/test/wait";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { valuesOf } from "./asker";
import { startTarget, type Target } from "./target";

/** `MESOS_DNS=10.0.0.1:8053 MESOS_DNS_HTTP=http://10.0.0.1:8123 npx vitest run test/conformance/mesos-dns` */
describe("mesos-dns", () => {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget();
    await waitFor(
      "the leader's name",
      async () => (await target.asker.ask(name("leader"), "A")).rcode === "NOERROR",
      30_000,
    );
    await waitFor("a task", async () => (await tasks()).length > 0, 20_000);
  }, 120_000);
  afterAll(() => target?.remove(), 60_000);
  afterEach(({ task }) => {
    if (task.result?.state === "fail") process.stdout.write(target.logs());
  });

  const name = (text: string) => `${text}.${target.domain}`;
  // biome-ignore lint/suspicious/noExplicitAny: answers of several shapes
  const get = async (path: string): Promise<any> => (await fetch(target.http + path)).json();

  interface TaskNames {
    name: string;
    id: string;
    records: { name: string; host: string; rtype: string }[];
  }
  const tasks = async (): Promise<TaskNames[]> => {
    const { frameworks } = (await get("/v1/enumerate")) as { frameworks: { tasks: TaskNames[] | null }[] };
    return frameworks.flatMap((framework) => framework.tasks ?? []);
  };

  test("denies nothing before it has seen a master, and comes up by itself when there is one", () => {
    expect([undefined, "SERVFAIL"]).toContain(target.before);
  });

  test("leader, masters and agents have addresses; their services have ports", async () => {
    const [leader] = valuesOf(await target.asker.ask(name("leader"), "A"));
    expect(leader).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(valuesOf(await target.asker.ask(name("master"), "A"))).toContain(leader);
    expect(valuesOf(await target.asker.ask(name("master0"), "A"))).toHaveLength(1);
    expect(valuesOf(await target.asker.ask(name("slave"), "A")).length).toBeGreaterThan(0);
    for (const service of ["_leader._tcp", "_leader._udp", "_slave._tcp"]) {
      const { answers } = await target.asker.ask(name(service), "SRV");
      expect(answers?.[0], service).toMatchObject({ type: "SRV", data: { port: expect.any(Number) } });
    }
  });

  test("a task has every name that the enumeration tells, over UDP and TCP alike", async () => {
    const [task] = await tasks();
    const addresses = (task?.records ?? []).filter(({ rtype }) => rtype === "A");
    expect(addresses.length).toBeGreaterThanOrEqual(4);
    for (const record of addresses) {
      const asked = record.name.replace(/\.$/, "");
      const udp = await target.asker.ask(asked, "A");
      expect(udp, asked).toMatchObject({ rcode: "NOERROR", flag_aa: true });
      expect(valuesOf(udp)).toContain(record.host);
      expect(valuesOf(await target.asker.askByTcp(asked.toUpperCase(), "A"))).toEqual(valuesOf(udp));
    }
    for (const record of (task?.records ?? []).filter(({ rtype }) => rtype === "SRV")) {
      const { answers } = await target.asker.ask(record.name.replace(/\.$/, ""), "SRV");
      const found = (answers ?? []).map((answer) => ("data" in answer ? answer.data : {}));
      const [host, port] = [record.host.replace(/\.?:\d+$/, ""), Number(/\d+$/.exec(record.host)?.[0])];
      expect(found).toContainEqual(expect.objectContaining({ target: host, port }));
    }
  });

  test("names are made labels: task, hash of its id, agent", async () => {
    for (const task of await tasks()) {
      const names = task.records.map((record) => record.name);
      expect(names.every((each) => /^[a-z0-9_.-]+\.$/.test(each))).toBe(true);
      expect(names.some((each) => /-[a-z0-9]{5}-s\d+\./.test(each))).toBe(true);
    }
  });

  test("the zone has SOA and NS; what is not there is denied with the SOA, what has no such record is not", async () => {
    const soa = await target.asker.ask(target.domain, "SOA");
    expect(soa).toMatchObject({ flag_aa: true, answers: [{ type: "SOA", data: { serial: expect.any(Number) } }] });
    expect((await target.asker.ask(target.domain, "NS")).answers?.[0]).toMatchObject({ type: "NS" });
    const none = await target.asker.ask(name("no-such-name"), "A");
    expect(none).toMatchObject({ rcode: "NXDOMAIN", authorities: [{ type: "SOA" }] });
    expect(await target.asker.ask(name("leader"), "AAAA")).toMatchObject({ rcode: "NOERROR", answers: [] });
  });

  test("the HTTP side says the same", async () => {
    const [address] = valuesOf(await target.asker.ask(name("leader"), "A"));
    const hosts = await get(`/v1/hosts/${name("leader")}`);
    expect(hosts).toContainEqual({ host: `${name("leader")}.`, ip: address });
    expect(await get(`/v1/hosts/${name("no-such-name")}.`)).toEqual([{ host: "", ip: "" }]);
    const services = await get(`/v1/services/_leader._tcp.${target.domain}.`);
    expect(services[0]).toMatchObject({ ip: address, port: expect.stringMatching(/^\d+$/) });
    expect(await get("/v1/services/_no._tcp.such")).toEqual([{ service: "", host: "", ip: "", port: "" }]);
    expect(await get("/v1/version")).toMatchObject({ Service: "Mesos-DNS" });
    expect(JSON.stringify(await get("/v1/config")).toLowerCase()).toContain('"refreshseconds"');
  });
});
