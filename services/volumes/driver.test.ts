import { connect } from "node:net";
import { performance } from "node:perf_hooks";
import { createLogger } from "@drover/lib/log";
import { waitFor } from "@drover/lib/test/wait";
import { startZookeeper, type TestZookeeper } from "@drover/lib/test/zookeeper";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Backend, CloudVolume, VolumeSpec } from "./cloud/backend";
import { Driver } from "./driver";
import { Leases } from "./lease/leases";
import { LocalVolume } from "./local-volume";

const spec: VolumeSpec = { name: "v", sizeGb: 1, fs: "ext4", encrypted: false };
const log = createLogger("volumes-test", "silent");

/** A cloud with one volume, whose servers only exist as names. */
class OneVolume implements Backend {
  readonly server = "here";
  readonly forced: string[] = [];
  volume: CloudVolume | undefined = { ...spec, id: "1", attachedTo: [] };
  whileAttaching = async () => {};

  check(): void {}
  snapshot = async () => {};
  removeSnapshot = async () => {};
  grow = async () => {};
  find = async () => this.volume;
  list = async () => (this.volume ? [this.volume] : []);

  async create(): Promise<CloudVolume> {
    throw new Error("it is there");
  }
  async remove(): Promise<void> {
    if (this.volume?.attachedTo.length !== 0) throw new Error("it is attached");
    this.volume = undefined;
  }
  async attach(): Promise<string> {
    this.attached([this.server]);
    await this.whileAttaching();
    return "/dev/null";
  }
  async detach(): Promise<void> {
    this.attached([]);
  }
  async forceDetach(_volume: CloudVolume, server: string): Promise<void> {
    this.forced.push(server);
    this.attached([]);
  }
  attached(attachedTo: string[]): void {
    if (this.volume) this.volume = { ...this.volume, attachedTo };
  }
}

/** A volume that needs no disk. */
class Diskless extends LocalVolume {
  override async mount(): Promise<void> {}
}

let zookeeper: TestZookeeper;
let cloud: OneVolume;
let leases: Leases;
let driver: Driver;

beforeAll(async () => {
  zookeeper = await startZookeeper("volumes");
}, 120_000);
afterAll(() => zookeeper.remove());

beforeEach(() => {
  cloud = new OneVolume();
  const graceMs = 2_000;
  const at = { servers: [zookeeper.server], path: "/volumes" };
  const onLost = (name: string, cutAtMs: number) => driver.fence(name, cutAtMs);
  leases = new Leases({ zookeeper: at, slave: "slave-000", graceMs, onLost, log });
  const local = (name: string) => new Diskless(name, "/nowhere", log);
  driver = new Driver({ backend: cloud, leases, local, graceMs, log });
  leases.start();
});
afterEach(() => leases.stop());

test("an encrypted volume is not granted where one is there that is not", async () => {
  await driver.create(spec);
  await expect(driver.create({ ...spec, encrypted: true })).rejects.toThrow("volume v is there and not encrypted");
});

test("a volume that a dead slave has left attached can be removed", async () => {
  cloud.attached(["dead"]);
  await driver.remove("v");
  expect(cloud.forced).toEqual(["dead"]);
  expect(cloud.volume).toBeUndefined();
});

test("a volume whose lease is lost while it is attached does not stay attached", async () => {
  const other = await zookeeper.client();
  cloud.whileAttaching = async () => {
    await other.remove("/volumes/leases/v");
    await waitFor("the lease to be missed", () => !leases.holds("v"));
  };
  try {
    await expect(driver.mount("v", "1")).rejects.toThrow("the lease of volume v was lost meanwhile");
    expect(cloud.volume?.attachedTo).toEqual([]);
  } finally {
    await other.close();
  }
});

test("a volume is given up although its cloud does not detach it, so that its lease goes", async () => {
  await driver.mount("v", "1");
  cloud.detach = () => Promise.reject(new Error("no answer"));
  await driver.fence("v", performance.now());
  expect(driver.path("v")).toBeUndefined();
});

test("the sign of life of a holder is a transaction, since a server that is cut off answers reads", async () => {
  const before = await transactions();
  await leases.acquire("v", 5_000);
  // The session, four nodes' creation at most; the rest are beats.
  await waitFor("beats", async () => (await transactions()) > before + 7);
  expect(leases.holds("v")).toBe(true);
});

/** How many transactions the server has seen. */
async function transactions(): Promise<number> {
  const [host = "", port] = zookeeper.server.split(":");
  const socket = connect(Number(port), host);
  socket.write("srvr");
  let text = "";
  for await (const chunk of socket) text += chunk;
  const [, id = ""] = /Zxid: (0x[0-9a-f]+)/.exec(text) ?? [];
  return Number(BigInt(id) & 0xffffffffn);
}
