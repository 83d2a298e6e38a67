import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from "node:http";
import { request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@drover/lib/test/port";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildTestImage, docker, testNetwork } from "../../images/test-image";
import { ELECTED_MASTER, PING } from "./alias";
import { renderFrontProxy } from "./front-proxy";
import { testCertificate } from "./test-certificate";

const DOMAIN = "cluster.example";
const PASSWORD = `Basic ${Buffer.from("admin:s3cret").toString("base64")}`;

/** Three masters, of which one is elected, a Marathon with credentials of its own, and an app. */
let elected = 1;
let proxy: string;
let ports: { http: number; https: number };
let dir: string;
const servers: Server[] = [];

async function serve(host: string, answer: (path: string, headers: IncomingHttpHeaders) => [number, string]) {
  const server = createServer((request, response) => {
    const [status, body] = answer(request.url ?? "", request.headers);
    response.writeHead(status).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return { address: host, port: (server.address() as AddressInfo).port };
}

beforeAll(async () => {
  const image = await buildTestImage("haproxy");
  const { host, name: network } = await testNetwork();
  const masters = await Promise.all(
    [0, 1, 2].map(async (n) => ({
      name: `m${n}`,
      ...(await serve(host, (path, headers) => [
        n === elected ? 200 : 307,
        `master ${n} ${path} ${headers.authorization ?? "no password"}`,
      ])),
    })),
  );
  const marathon = await serve(host, (_, { authorization }) => [
    authorization === "Basic bWU=" ? 200 : 401,
    "marathon",
  ]);
  const app = await serve(host, (_, headers) => [200, `app for ${headers.authorization ?? "anybody"}`]);
  ports = { http: await freePort(), https: await freePort() };
  dir = await mkdtemp(join(tmpdir(), "front-proxy-"));
  await mkdir(join(dir, "current"));
  await writeFile(join(dir, "current/hosts.map"), `shop.${DOMAIN} app_shop\n`);
  await writeFile(join(dir, "server-state"), "1\n");
  await writeFile(join(dir, "cluster.pem"), await testCertificate(`*.${DOMAIN}`));
  await writeFile(join(dir, "routes.cfg"), `backend app_shop\n  server app ${app.address}:${app.port}\n`);
  const config = renderFrontProxy({
    ...{ domain: DOMAIN, httpPort: 80, httpsPort: 443, publicHttpsPort: ports.https },
    ...{ certificatePath: "/etc/drover/cluster.pem", socketDir: "/run/haproxy", routesDir: "/etc/drover" },
    authorizationSha256: createHash("sha256").update(PASSWORD).digest("hex"),
    aliases: [
      { name: "mesos", servers: masters, check: ELECTED_MASTER },
      { name: "marathon", servers: [{ name: "a", ...marathon }], check: PING, authorization: "Basic bWU=" },
    ],
    requiredAliases: ["mesos", "marathon"],
  });
  await writeFile(join(dir, "haproxy.cfg"), config);
  proxy = await docker(
    ...[
      "run",
      "--detach",
      "--label",
      "drover.test=edge",
      "--volume",
      `${dir}:/etc/drover:ro`,
      "--user",
      "root",
      "--network",
      network,
    ],
    ...[
      "--cap-drop",
      "ALL",
      ...["KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"].flatMap((name) => ["--cap-add", name]),
    ],
    ...["--publish", `127.0.0.1:${ports.http}:80`, "--publish", `127.0.0.1:${ports.https}:443`, image],
    ...["haproxy", "-W", "-db", "-f", "/etc/drover/haproxy.cfg", "-f", "/etc/drover/routes.cfg"],
  );
  await waitFor("a healthy front proxy", async () => (await get("any", "/_drover/health")).status === 200);
}, 120_000);

afterAll(async () => {
  await docker("rm", "--force", "--volumes", proxy);
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  await rm(dir, { recursive: true });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

function get(name: string, path: string, { authorization = "", tls = true } = {}): Promise<Answer> {
  const host = `${name}.${DOMAIN}`;
  const options = {
    ...{ host: "127.0.0.1", port: tls ? ports.https : ports.http, path, servername: host, rejectUnauthorized: false },
    headers: { host, ...(authorization ? { authorization } : {}) },
    agent: false as const,
    timeout: 5000,
  };
  return new Promise((resolve, reject) => {
    const request = (tls ? httpsRequest : httpRequest)(options, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 5 s")));
    request.on("error", reject);
    request.end();
  });
}

it("redirects http to the public https port", async () => {
  const answer = await get("shop", "/a?b=c", { tls: false });
  expect(answer.status).toBe(308);
  expect(answer.headers.location).toBe(`https://shop.${DOMAIN}:${ports.https}/a?b=c`);
});

it("opens aliases with the password only, and keeps it from the service", async () => {
  const refused = await get("mesos", "/state", { authorization: "Basic YWRtaW46d3Jvbmc=" });
  expect(refused.status).toBe(401);
  expect(refused.headers["www-authenticate"]).toContain(`realm="${DOMAIN}"`);
  expect((await get("mesos", "/state")).status).toBe(401);
  expect((await get("mesos", "/state", { authorization: PASSWORD })).body).toBe("master 1 /state no password");
});

it("replaces the password by the service's own, in checks as well", async () => {
  expect(await get("marathon", "/", { authorization: PASSWORD })).toMatchObject({ status: 200, body: "marathon" });
});

it("passes requests of apps through as they are, without a password", async () => {
  expect((await get("shop", "/")).body).toBe("app for anybody");
  expect((await get("SHOP", "/", { authorization: "Bearer x" })).body).toBe("app for Bearer x");
});

it("answers 404 for a name that no service has", async () => {
  expect((await get("nothing", "/")).status).toBe(404);
});

it("finds a new elected master within 3 s, and is unhealthy while there is none, but serves", async () => {
  const serving = async () => (await get("any", "/_drover/serving", { tls: false })).status;
  await waitFor("a proxy that serves", async () => (await serving()) === 200);
  elected = -1;
  await waitFor("an unhealthy proxy", async () => (await get("any", "/_drover/health")).status === 503, 5000);
  expect(await serving()).toBe(200);
  expect((await get("shop", "/")).status).toBe(200);
  elected = 2;
  const answer = await waitFor(
    "the new leader",
    async () => {
      const found = await get("mesos", "/", { authorization: PASSWORD });
      return found.body.startsWith("master 2") ? found : undefined;
    },
    3000,
  );
  expect(answer.status).toBe(200);
});
