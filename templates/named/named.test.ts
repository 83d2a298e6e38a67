import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { buildTestImage, docker } from "../../images/test-image";
import { type NamedOptions, renderNamedConf } from "./named-conf";
import { renderZone, type ZoneOptions, zoneFileName } from "./zone";

const named: NamedOptions = {
  domain: "cluster.example",
  networks: ["10.0.0.0/16", "172.17.0.0/16"],
  forwarders: [{ address: "10.0.0.53", port: 53 }],
  mesosDns: [
    { address: "10.0.0.1", port: 8053 },
    { address: "10.0.0.2", port: 8053 },
  ],
  dnssecValidation: true,
  cacheMb: 64,
};
const zone: ZoneOptions = {
  domain: "cluster.example",
  machines: [
    { name: "ops100", address: "10.0.0.1" },
    { name: "ops110", address: "10.0.0.2" },
    { name: "slave-1", address: "10.0.1.1" },
  ],
  core: ["ops100", "ops110"],
  aliases: ["mesos", "marathon"],
  ttlSeconds: 60,
};

let image: string;
beforeAll(async () => {
  image = await buildTestImage("bind");
}, 120_000);

/** What the real `named-checkconf -z` says, with the zone where BIND will find it. */
async function check(conf: string, zoneText: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "named-check-"));
  try {
    await writeFile(join(dir, "named.conf"), conf);
    await writeFile(join(dir, zoneFileName(zone.domain)), zoneText);
    return await docker(
      ...["run", "--rm", "--label", "drover.test=edge", "--volume", `${dir}:/var/lib/bind/current:ro`],
      ...["--entrypoint", "named-checkconf", image, "-z", "/var/lib/bind/current/named.conf"],
    );
  } finally {
    await rm(dir, { recursive: true });
  }
}

describe("BIND accepts what is rendered", () => {
  const cases: [string, Partial<NamedOptions>][] = [
    ["with forwarders and validation", {}],
    ["without either", { forwarders: [], dnssecValidation: false }],
  ];
  it.each(cases)("%s", async (_, change) => {
    const said = await check(renderNamedConf({ ...named, ...change }), renderZone(zone));
    expect(said).toMatch(/^zone cluster\.example\/IN: loaded serial \d+$/m);
    expect(said).not.toMatch(/warning|error/i);
  });
});

it("changes the serial with the content, and only then", () => {
  const serial = (text: string) => / hostmaster (\d+) /.exec(text)?.[1];
  expect(serial(renderZone(zone))).toBe(serial(renderZone({ ...zone })));
  expect(serial(renderZone({ ...zone, aliases: ["mesos"] }))).not.toBe(serial(renderZone(zone)));
  expect(serial(renderZone({ ...zone, serial: 7 }))).toBe("7");
});

describe("values that would change the meaning of a file are refused by name", () => {
  const zones: [string, Partial<ZoneOptions>, RegExp][] = [
    ["machine name", { machines: [{ name: "a\n* A 1.2.3.4", address: "10.0.0.1" }] }, /machine name 'a/],
    ["address", { machines: [{ name: "ops100", address: "10.0.0.1 ; x" }] }, /address of ops100/],
    ["two machines of one name", { machines: [...zone.machines, ...zone.machines] }, /two machines are named 'ops100'/],
    ["alias like a machine", { aliases: ["ops100"] }, /both a machine and an alias/],
    ["unknown core machine", { core: ["ops999"] }, /'ops999' is not among/],
    ["domain", { domain: "Cluster.example" }, /domain 'Cluster/],
  ];
  it.each(zones)("zone: %s", (_, change, message) => {
    expect(() => renderZone({ ...zone, ...change })).toThrow(message);
  });
  const confs: [string, Partial<NamedOptions>, RegExp][] = [
    ["network with host bits", { networks: ["10.0.0.1/16"] }, /network '10.0.0.1\/16'/],
    ["nobody may ask", { networks: [] }, /networks is empty/],
    ["forwarder", { forwarders: [{ address: "one.example", port: 53 }] }, /forwarder 'one/],
    ["mesos-dns's own domain", { domain: "mesos" }, /belongs to mesos-dns/],
  ];
  it.each(confs)("named.conf: %s", (_, change, message) => {
    expect(() => renderNamedConf({ ...named, ...change })).toThrow(message);
  });
});
