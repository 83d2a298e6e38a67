import { createSocket } from "node:dgram";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { createLogger } from "@drover/lib/log";
import { MASTER_LABEL } from "@drover/lib/mesos/master-detector";
import { freePort } from "@drover/lib/test/port";
import { waitFor } from "@drover/lib/test/wait";
import { startZookeeper, type TestZookeeper } from "@drover/lib/test/zookeeper";
import { Group } from "@drover/lib/zookeeper/group";
import { type DecodedPacket, decode, encode, type RecordType } from "dns-packet";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseConfig } from "./config";
import { MesosDns } from "./mesos-dns";
import type { State, Task } from "./state";
import { readMessages, writeMessage } from "./tcp-messages";

const log = createLogger("mesos-dns-test", "silent");
const state: State = { leader: "", slaves: [{ id: "a-S0", pid: "slave(1)@10.0.1.1:5051" }], frameworks: [] };
const running: MesosDns[] = [];
const masters: Server[] = [];
let zookeeper: TestZookeeper;
let port: number;
let httpPort: number;

let areMastersIll = false;
let refusals = 0;

function taskOf(name: string, n: number): Task {
  const networks = [{ ip_addresses: [{ ip_address: `10.1.${n >> 8}.${n & 255}` }] }];
  return {
    ...{ id: `${name}.${n}`, name, slave_id: "a-S0", state: "TASK_RUNNING" },
    resources: { ports: `[${31_000 + n}-${31_000 + n}]` },
    statuses: [{ state: "TASK_RUNNING", timestamp: 1, container_status: { network_infos: networks } }],
  };
}

/** A master that knows `state`; a standby redirects to where `leads` says. */
async function startMaster(leads: () => string | undefined, onRead = () => {}): Promise<string> {
  const server = createServer((_, response) => {
    if (areMastersIll) {
      refusals++;
      response.writeHead(503).end();
      return;
    }
    onRead();
    const leader = leads();
    if (leader === undefined) response.end(JSON.stringify(state));
    else response.writeHead(307, { Location: `//${leader}/master/state` }).end();
  });
  masters.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startDns(file: Record<string, unknown>): Promise<number> {
  const dnsPort = await freePort();
  const listeners = { listener: "127.0.0.1", HTTPListener: "127.0.0.1", port: dnsPort, refreshSeconds: 1, ttl: 7 };
  const server = new MesosDns(parseConfig({ ...listeners, httpon: false, ...file }), log, (error) => {
    throw error;
  });
  running.push(server);
  await server.start();
  return dnsPort;
}

beforeAll(async () => {
  zookeeper = await startZookeeper("edge");
  const upstream = await startDns({ domain: "corp", masters: [await startMaster(() => undefined)], externalon: false });
  httpPort = await freePort();
  port = await startDns({
    ...{ zk: `zk://${zookeeper.server}/mesos`, httpon: true, httpport: httpPort },
    resolvers: [`127.0.0.1:${upstream}`],
  });
}, 120_000);

afterAll(async () => {
  await Promise.all(running.map((server) => server.stop()));
  for (const server of masters) server.close();
  await zookeeper.remove();
});

const query = (name: string, type: string, udpPayloadSize?: number) =>
  encode({
    ...{ type: "query", id: 77, flags: 0x100, questions: [{ name, type: type as RecordType }] },
    additionals: udpPayloadSize
      ? [
          {
            ...{ type: "OPT", name: ".", udpPayloadSize, extendedRcode: 0, ednsVersion: 0 },
            ...{ flags: 0, flag_do: false, options: [] },
          },
        ]
      : [],
  });

function ask(name: string, type = "A", udpPayloadSize?: number): Promise<DecodedPacket & { rcode?: string }> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    const timer = setTimeout(() => reject(new Error(`no answer for ${name}`)), 3000);
    socket.on("message", (message) => {
      clearTimeout(timer);
      socket.close();
      resolve(decode(message));
    });
    socket.send(query(name, type, udpPayloadSize), port, "127.0.0.1");
  });
}

function askByTcp(name: string, type = "A"): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => writeMessage(socket, query(name, type)));
    socket.on("error", reject);
    readMessages(socket, (message) => {
      socket.destroy();
      resolve(decode(message));
    });
  });
}

// biome-ignore lint/suspicious/noExplicitAny: answers of several shapes, compared with what they should be
const get = async (path: string): Promise<any> => (await fetch(`http://127.0.0.1:${httpPort}${path}`)).json();
const dataOf = ({ answers }: DecodedPacket) => (answers ?? []).map((answer) => ("data" in answer ? answer.data : ""));

it("denies nothing before it has read a whole state, then finds the leader through ZooKeeper", async () => {
  expect((await ask("web.marathon.mesos")).rcode).toBe("SERVFAIL");
  let leader = "";
  let reads = 0;
  const standby = await startMaster(() => leader);
  leader = await startMaster(
    () => undefined,
    () => reads++,
  );
  state.recovered_slaves = [{ id: "a-S1" }];
  state.leader = `master@${leader}`;
  state.frameworks = [
    {
      ...{ id: "f-1", name: "marathon" },
      tasks: Array.from({ length: 60 }, (_, n) => taskOf(n === 0 ? "one" : "web", n)),
    },
  ];
  const client = await zookeeper.client();
  const group = new Group(client, "/mesos", MASTER_LABEL);
  await group.join(Buffer.from("not a master"));
  for (const master of [standby, leader]) {
    const [ip, masterPort] = master.split(":");
    const address = { ip, port: Number(masterPort), hostname: "any" };
    await group.join(Buffer.from(JSON.stringify({ id: master, pid: `master@${master}`, hostname: "any", address })));
  }
  await waitFor("two reads", () => reads > 1);
  expect((await ask("one.marathon.mesos")).rcode).toBe("SERVFAIL");
  state.recovered_slaves = [];
  await waitFor("records", async () => (await ask("one.marathon.mesos")).rcode === "NOERROR");
  await client.close();
});

it("answers with authority: addresses, services with their targets' addresses, and denials with the zone's SOA", async () => {
  const one = await ask("ONE.marathon.mesos");
  expect(one).toMatchObject({ flag_aa: true, flag_ra: true, answers: [{ name: "ONE.marathon.mesos", ttl: 7 }] });
  expect(dataOf(one)).toEqual(["10.1.0.0"]);
  const service = await ask("_one._tcp.marathon.mesos", "SRV");
  expect(dataOf(service)).toEqual([expect.objectContaining({ port: 31_000, weight: 1 })]);
  expect(service.additionals).toMatchObject([{ type: "A", data: "10.0.1.1" }]);
  const none = await ask("none.marathon.mesos");
  expect(none).toMatchObject({ rcode: "NXDOMAIN", authorities: [{ type: "SOA", name: "mesos" }] });
  expect(await ask("one.marathon.mesos", "AAAA")).toMatchObject({ rcode: "NOERROR", answers: [] });
  expect(await ask("marathon.mesos", "A")).toMatchObject({ rcode: "NOERROR", answers: [] });
  expect(dataOf(await ask("mesos", "NS"))).toEqual(["ns1.mesos"]);
  expect(await ask("mesos", "SOA")).toMatchObject({ answers: [{ type: "SOA", data: { mname: "ns1.mesos" } }] });
});

it("tells a client over UDP that more is to be had, and gives it over TCP or to a larger buffer", async () => {
  const plain = await ask("web.marathon.mesos");
  expect(plain.flag_tc).toBe(true);
  expect(plain.answers?.length).toBeGreaterThan(0);
  expect(encode(plain).length).toBeLessThanOrEqual(512);
  expect((await askByTcp("web.marathon.mesos")).answers).toHaveLength(59);
  const large = await ask("web.marathon.mesos", "A", 4096);
  expect(large).toMatchObject({ flag_tc: false, additionals: [{ type: "OPT" }] });
  expect(large.answers).toHaveLength(59);
});

it("answers for a thousand tasks with as many as a message has room for", async () => {
  state.frameworks.push({
    id: "f-2",
    name: "large",
    tasks: Array.from({ length: 1_000 }, (_, n) => taskOf("many", n)),
  });
  await waitFor("the tasks", async () => (await ask("many.large.mesos")).rcode === "NOERROR");
  const byTcp = await askByTcp("_many._tcp.large.mesos", "SRV");
  expect(byTcp.flag_tc).toBe(true);
  expect(byTcp.answers?.length).toBeGreaterThan(500);
  const byUdp = await ask("_many._tcp.large.mesos", "SRV", 65_535);
  expect(byUdp.answers?.length).toBeGreaterThan(500);
  expect((await ask("one.marathon.mesos")).rcode).toBe("NOERROR");
});

it("forwards other names and passes denials on", async () => {
  expect(dataOf(await ask("slave.corp"))).toEqual(["10.0.1.1"]);
  expect((await ask("nothing.corp")).rcode).toBe("NXDOMAIN");
  expect((await ask("example.org")).rcode).toBe("REFUSED");
});

it("answers what is not a question it can take", async () => {
  const socket = createSocket("udp4");
  const answer = new Promise<Buffer>((resolve) => socket.once("message", resolve));
  socket.send(Buffer.from([0, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 255]), port, "127.0.0.1");
  expect(decode(await answer)).toMatchObject({ id: 9, rcode: "FORMERR" });
  socket.close();
});

it("serves the same over HTTP", async () => {
  expect(await get("/v1/hosts/one.marathon.mesos")).toEqual([{ host: "one.marathon.mesos.", ip: "10.1.0.0" }]);
  expect(await get("/v1/hosts/none.marathon.mesos.")).toEqual([{ host: "", ip: "" }]);
  expect(await get("/v1/services/_one._tcp.marathon.mesos.")).toEqual([
    { service: "_one._tcp.marathon.mesos.", host: expect.stringMatching(/^one-/), ip: "10.0.1.1", port: "31000" },
  ]);
  expect((await get("/v1/enumerate")).frameworks[0].tasks).toHaveLength(60);
  expect((await get("/v1/axfr")).Records.As["slave.mesos."]).toEqual(["10.0.1.1"]);
  expect((await get("/v1/version")).Service).toBe("Mesos-DNS");
});

it("keeps its records while no master answers, and follows the state when one does", async () => {
  const first = state.frameworks[0]?.tasks[0];
  if (first) first.state = "TASK_KILLED";
  await waitFor("the task to go", async () => (await ask("one.marathon.mesos")).rcode === "NXDOMAIN");
  areMastersIll = true;
  await waitFor("refused reads", () => refusals > 6);
  expect((await ask("leader.mesos")).rcode).toBe("NOERROR");
});
