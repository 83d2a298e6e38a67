import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { buildTestImage, docker } from "../../images/test-image";
import { type Alias, ELECTED_MASTER, ELECTED_MASTER_BY_STATE, PING } from "./alias";
import { renderFrontDoor } from "./front-door";
import { type FrontProxyOptions, renderFrontProxy } from "./front-proxy";
import { renderSlaveProxy } from "./slave-proxy";
import { testCertificate } from "./test-certificate";

const servers = (port: number) => [1, 2, 3].map((n) => ({ name: `ops1${n}0`, address: `10.0.0.${n}`, port }));
const mesos: Alias = { name: "mesos", servers: servers(5050), check: ELECTED_MASTER };
const marathon: Alias = { name: "marathon", servers: servers(8080), check: PING };
const frontProxy: FrontProxyOptions = {
  domain: "cluster.example",
  httpPort: 80,
  httpsPort: 443,
  publicHttpsPort: 8443,
  certificatePath: "/certs/cluster.pem",
  authorizationSha256: "0".repeat(64),
  socketDir: "/run/haproxy",
  routesDir: "/routes",
  aliases: [mesos, marathon],
  requiredAliases: ["mesos", "marathon"],
};

let image: string;
beforeAll(async () => {
  image = await buildTestImage("haproxy");
}, 120_000);

/** What the real `haproxy -c` says; it warns of anything it does not like, and warnings count as errors here. */
async function check(config: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "haproxy-check-"));
  try {
    await mkdir(join(dir, "current"));
    await writeFile(join(dir, "haproxy.cfg"), config);
    await writeFile(join(dir, "cluster.pem"), await testCertificate("*.cluster.example"));
    await writeFile(join(dir, "current/hosts.map"), "");
    await writeFile(join(dir, "server-state"), "1\n");
    return await docker(
      ...["run", "--rm", "--label", "drover.test=edge", "-v", `${dir}:/certs:ro`, "-v", `${dir}:/routes:ro`],
      ...[image, "haproxy", "-c", "-dW", "-f", "/certs/haproxy.cfg"],
    );
  } finally {
    await rm(dir, { recursive: true });
  }
}

describe("HAProxy accepts without a warning", () => {
  const cases: [string, () => string][] = [
    ["the front proxy", () => renderFrontProxy(frontProxy)],
    [
      "the front proxy with the classical check and credentials of awkward characters",
      () =>
        renderFrontProxy({
          ...frontProxy,
          publicHttpsPort: 443,
          aliases: [
            { ...mesos, check: ELECTED_MASTER_BY_STATE, authorization: 'Basic a"b\\c %[src] $HOME #d' },
            { ...marathon, servers: [] },
          ],
        }),
    ],
    ["the slave proxy", () => renderSlaveProxy({ httpPort: 80, socketDir: "/run/haproxy", routesDir: "/routes" })],
    [
      "the front door",
      () =>
        renderFrontDoor({
          ...{ httpPort: 8080, httpsPort: 8443, serverHttpPort: 80, serverHttpsPort: 443 },
          servers: [{ name: "ops100", address: "10.0.0.1" }],
        }),
    ],
  ];
  it.each(cases)("%s", async (_, render) => {
    expect(await check(render())).toContain("Configuration file is valid");
  });
});

describe("values that would change the meaning of the file are refused by name", () => {
  const broken: [string, Partial<FrontProxyOptions>, RegExp][] = [
    ["domain", { domain: "x.example\n  stats enable" }, /alias 'mesos\.x\.example/],
    ["certificate path", { certificatePath: "/certs/a b.pem" }, /certificatePath/],
    ["digest", { authorizationSha256: "A".repeat(64) }, /authorizationSha256/],
    ["port", { httpsPort: 70_000 }, /httpsPort '70000'/],
    [
      "server address",
      { aliases: [{ ...mesos, servers: [{ name: "a", address: "10.0.0.1 backup", port: 1 }] }] },
      /'10/,
    ],
    ["check path", { aliases: [{ ...mesos, check: { path: "/a b", expect: { status: 200 } } }] }, /check path/],
    ["credential", { aliases: [{ ...mesos, authorization: "a\nb" }] }, /authorization of mesos/],
    ["required alias", { requiredAliases: ["chronos"] }, /'chronos', which is not among the aliases/],
  ];
  it.each(broken)("%s", (_, change, message) => {
    expect(() => renderFrontProxy({ ...frontProxy, requiredAliases: [], ...change })).toThrow(message);
  });
});
