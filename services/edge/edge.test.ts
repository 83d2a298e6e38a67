import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { Agent, get as httpGet, type RequestOptions } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HttpServer, listen } from "@drover/lib/http/server";
import { freePort } from "@drover/lib/test/port";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { buildTestImage, docker, testNetwork } from "../../images/test-image";
import { renderSlaveProxy } from "../../templates/haproxy/slave-proxy";
import { buildEdgeImage } from "./test-edge";
import { TestMarathon, testApp } from "./test-marathon";

const DOMAIN = "c.example";
const CONFIG = "/usr/local/etc/haproxy/haproxy.cfg";
const SERVICE_PORT = 10_001;

/** A slave in small: HAProxy and the edge from their images in one network, two Marathons and tasks on this host. */
const containers: string[] = [];
const tasks: HttpServer[] = [];
const marathons = [new TestMarathon(), new TestMarathon()] as const;
const ports = { http: 0, service: 0, edge: 0 };
let host: string;
let dir: string;
let network: string;

const run = async (...args: string[]) => {
  const container = await docker("run", "--detach", "--label", "drover.test=edge", ...args);
  containers.push(container);
  return container;
};

beforeAll(async () => {
  const [haproxyImage, edgeImage] = await Promise.all([buildTestImage("haproxy"), buildEdgeImage()]);
  const bridge = await testNetwork();
  host = bridge.host;
  const urls = [await marathons[0].start(host), await marathons[1].start(host)];
  Object.assign(ports, { http: await freePort(), service: await freePort(), edge: await freePort() });

  dir = await mkdtemp(join(tmpdir(), "edge-"));
  for (const folder of ["run", "routes"]) await mkdir(join(dir, folder));
  const config = renderSlaveProxy({ httpPort: 80, socketDir: "/run/haproxy", routesDir: "/routes" });
  await writeFile(join(dir, "haproxy.cfg"), config);
  const volumes = [`${dir}/run:/run/haproxy`, `${dir}/haproxy.cfg:${CONFIG}:ro`, `${dir}/routes:/routes`];
  const mounts = volumes.flatMap((volume) => ["--volume", volume]);

  const published = [`${ports.http}:80`, `${ports.service}:${SERVICE_PORT}`, `${ports.edge}:9091`];
  const publish = published.flatMap((pair) => ["--publish", `127.0.0.1:${pair}`]);
  network = await run("--network", bridge.name, ...publish, haproxyImage, "sleep", "infinity");
  await run(
    ...["--network", `container:${network}`, "--cap-drop", "ALL", ...mounts],
    ...["--env", "EDGE_ROLE=slave", "--env", `EDGE_MARATHON_URLS=${urls.join(",")}`, "--env", `EDGE_DOMAIN=${DOMAIN}`],
    ...["--env", "EDGE_ROUTES_DIR=/routes", "--env", "EDGE_LISTEN=0.0.0.0:9091", edgeImage],
  );
  await waitFor("the first set of routes", () => readFile(join(dir, "routes/current/routes.cfg")).then(() => true));
  await run(
    ...["--network", `container:${network}`, "--user", "root", ...mounts, "--cap-drop", "ALL"],
    ...[...["KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"].flatMap((name) => ["--cap-add", name]), haproxyImage],
    ...["haproxy", "-W", "-db", "-S", "/run/haproxy/master.sock,mode,660", "-f", CONFIG],
    ...["-f", "/routes/current/routes.cfg"],
  );
  await waitFor("a healthy edge", async () => (await get("any", { port: ports.edge, path: "/health" })).status === 200);
  await waitFor("an event stream", () => marathons[0].listeners > 0);
}, 120_000);

afterEach(async ({ task }) => {
  if (task.result?.state === "fail") {
    for (const container of containers.slice(1)) console.error(await docker("logs", "--tail", "40", container));
  }
});

afterAll(async () => {
  await docker("rm", "--force", "--volumes", ...containers);
  await Promise.all([...tasks, ...marathons].map((server) => ("stop" in server ? server.stop() : server.close(0))));
  await rm(dir, { recursive: true });
});

/** A task on this host that answers with its name; returns its address. */
async function startTask(name: string): Promise<string> {
  const server = await listen((_, response) => response.end(name), 0, host);
  tasks.push(server);
  return `${host}:${server.port}`;
}

function get(name: string, options: RequestOptions = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { host: `${name}.${DOMAIN}` };
    const defaults = { host: "127.0.0.1", port: ports.http, agent: false as const, timeout: 5000 };
    const request = httpGet({ ...defaults, headers, ...options }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 5 s")));
    request.on("error", reject);
  });
}

async function metric(name: string): Promise<number> {
  const { body } = await get("any", { port: ports.edge, path: "/metrics" });
  return Number(new RegExp(`^drover_edge_${name} (.*)$`, "m").exec(body)?.[1]);
}

/** The number of reloads, when the edge has counted the last one. */
async function settled(): Promise<number> {
  const syncs = await metric("syncs_total");
  marathons[0].change(marathons[0].apps);
  await waitFor("the next synchronisation", async () => (await metric("syncs_total")) > syncs);
  return metric("reloads_total");
}

const answers = (name: string, text: string, options: RequestOptions = {}) =>
  waitFor(`${name} to answer ${text}`, async () => (await get(name, options)).body === text, 5000);

it("serves a new app by its name and its service port, and later changes of its tasks without a reload", async () => {
  const [one, two] = [await startTask("one"), await startTask("two")];
  marathons[0].change([testApp("/web", SERVICE_PORT, [one])]);
  await answers("web", "one");
  await answers("any", "one", { port: ports.service });
  const reloads = await settled();

  marathons[0].change([testApp("/web", SERVICE_PORT, [one, two])]);
  await answers("web", "two");
  marathons[0].change([testApp("/web", SERVICE_PORT, [two])]);
  await waitFor("two runtime changes", async () => (await metric("runtime_changes_total")) === 2);
  for (let n = 0; n < 6; n++) expect((await get("web")).body).toBe("two");
  expect((await get("any", { port: ports.service })).body).toBe("two");
  expect(await metric("reloads_total")).toBe(reloads);
});

it("leaves out the app that HAProxy refuses and serves the others", async () => {
  const address = await startTask("good");
  const offender = testApp("/offender", 10_002, [address], { labels: { HAPROXY_0_BALANCE: "nonsense" } });
  marathons[0].change([offender, testApp("/good", 10_003, [address])]);
  await answers("good", "good");
  expect((await get("offender")).status).toBe(404);
  await waitFor("one problem", async () => (await metric("problems")) === 1);
  const { body } = await get("any", { port: ports.edge, path: "/health" });
  expect(JSON.parse(body).problems[0]).toMatchObject({
    appId: "/offender",
    message: expect.stringMatching(/^not served: balance only supports/),
  });
  const reloads = await settled();
  const other = await startTask("other");
  marathons[0].change([offender, testApp("/good", 10_003, [address, other])]);
  await answers("good", "other");
  expect(await metric("reloads_total")).toBe(reloads);
});

it("leaves out the service port that another program holds", async () => {
  const address = await startTask("neighbour");
  await docker("exec", "--detach", containers[1] ?? "", "node", "-e", `require("net").createServer().listen(10004)`);
  const listening = `require("net").connect(10004).on("connect",()=>process.exit(0)).on("error",()=>process.exit(1))`;
  await waitFor("the other program", () =>
    docker("exec", containers[1] ?? "", "node", "-e", listening).then(() => true),
  );
  marathons[0].change([testApp("/neighbour", 10_004, [address])]);
  await answers("neighbour", "neighbour");
  await waitFor("one problem", async () => (await metric("problems")) === 1);
});

it("loses no request over 20 reloads, on new and on kept connections", async () => {
  const address = await startTask("steady");
  const apps = [testApp("/steady", SERVICE_PORT, [address])];
  marathons[0].change(apps);
  await answers("steady", "steady");
  await answers("any", "steady", { port: ports.service });

  const before = await settled();
  const failures: string[] = [];
  let requests = 0;
  let isOver = false;
  const client = async (options: RequestOptions) => {
    while (!isOver) {
      const result = await get("steady", options).catch((error: Error) => ({ status: 0, body: error.message }));
      requests++;
      if (result.body !== "steady") failures.push(`${result.status} ${result.body}`);
    }
  };
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  const clients = [client({}), client({ port: ports.service }), client({ agent: kept })];
  for (let n = 1; n <= 20; n++) {
    marathons[0].change([...apps, testApp(`/extra-${randomBytes(3).toString("hex")}`, 0, [])]);
    await waitFor(`reload ${n}`, async () => (await metric("reloads_total")) >= before + n);
  }
  isOver = true;
  await Promise.all(clients);
  kept.destroy();
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(200);
}, 60_000);

it("follows the other Marathon within seconds when the first one goes", async () => {
  const address = await startTask("second");
  marathons[1].apps = [testApp("/second", SERVICE_PORT, [address])];
  await marathons[0].stop();
  await waitFor("an event stream from the other", () => marathons[1].listeners > 0, 5000);
  await answers("second", "second");
  const other = await startTask("other");
  marathons[1].change([testApp("/second", SERVICE_PORT, [other])]);
  await answers("second", "other");
});
