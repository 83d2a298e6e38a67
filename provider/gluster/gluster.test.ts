import { describe, expect, it } from "vitest";
import { planPool } from "./pool";
import { parseHeal, parsePool, parseQuotas, parseVolumeInfo } from "./texts";

const uuids = ["a", "b", "c"].map((letter) => `${letter.repeat(8)}-1111-2222-3333-444444444444`);
const peer = (i: number, address = `10.0.0.${i}`) => ({ uuid: uuids[i - 1] ?? "", address, connected: true });
const alone = (i: number) => ({ address: `10.0.0.${i}`, peers: [peer(i)] });
const all = (i: number) => ({ address: `10.0.0.${i}`, peers: [1, 2, 3].map((n) => peer(n)) });

describe("the pool", () => {
  it("is begun by the first server", () => {
    expect(planPool([1, 2, 3].map(alone))).toEqual({
      anchor: "10.0.0.1",
      probe: ["10.0.0.2", "10.0.0.3"],
      restore: [],
    });
  });

  it("is left alone when everyone knows everyone", () => {
    expect(planPool([1, 2, 3].map(all))).toMatchObject({ probe: [], restore: [] });
  });

  it("goes on where a first attempt was cut off", () => {
    const half = { address: "10.0.0.1", peers: [peer(1), peer(2)] };
    expect(planPool([half, { ...half, address: "10.0.0.2" }, alone(3)])).toMatchObject({ probe: ["10.0.0.3"] });
  });

  it("gives a server that forgot everything its old identity, whichever it is", () => {
    const fresh = { address: "10.0.0.1", peers: [{ uuid: "new", address: "10.0.0.1", connected: true }] };
    const plan = planPool([fresh, all(2), all(3)]);
    expect(plan.anchor).not.toBe("10.0.0.1");
    expect(plan.restore).toEqual([{ address: "10.0.0.1", uuid: uuids[0] }]);
  });
});

describe("what gluster prints", () => {
  it("is read: the pool", () => {
    const text = `UUID\t\t\t\t\tHostname  \tState\n${uuids[0]}\t10.0.0.2\tDisconnected \n${uuids[1]}\tlocalhost \tConnected \n`;
    expect(parsePool(text)).toEqual([
      { uuid: uuids[0], address: "10.0.0.2", connected: false },
      { uuid: uuids[1], address: "localhost", connected: true },
    ]);
  });

  it("is read: a volume", () => {
    const text = `\nVolume Name: gv0\nType: Replicate\nVolume ID: ${uuids[0]}\nStatus: Started\nNumber of Bricks: 1 x 3 = 3\nBricks:\nBrick1: 10.0.0.1:/b/gv0\nBrick2: 10.0.0.2:/b/gv0\nOptions Reconfigured:\nauth.allow: 10.0.0.0/24\ncluster.quorum-type: auto\n`;
    expect(parseVolumeInfo(text)).toEqual({
      id: uuids[0],
      started: true,
      bricks: ["10.0.0.1:/b/gv0", "10.0.0.2:/b/gv0"],
      options: { "auth.allow": "10.0.0.0/24", "cluster.quorum-type": "auto" },
    });
  });

  it("is read: healing, with a brick that is away", () => {
    const text = `Brick 10.0.0.1:/b/gv0\nStatus: Connected\nTotal Number of entries: 6\nNumber of entries in heal pending: 5\nNumber of entries in split-brain: 1\nNumber of entries possibly healing: 0\n\nBrick 10.0.0.2:/b/gv0\nStatus: Transport endpoint is not connected\nTotal Number of entries: -\nNumber of entries in heal pending: -\nNumber of entries in split-brain: -\n`;
    expect(parseHeal(text)).toEqual([
      { brick: "10.0.0.1:/b/gv0", connected: true, pending: 6, splitBrain: 1 },
      { brick: "10.0.0.2:/b/gv0", connected: false, pending: 0, splitBrain: 0 },
    ]);
  });

  it("is read: quotas", () => {
    const limit = (path: string, bytes: number) =>
      `<limit>\n<path>${path}</path>\n<hard_limit>${bytes}</hard_limit>\n</limit>`;
    expect(parseQuotas(`<volQuota>${limit("/", 1073741824)}${limit("/a/b", 10)}</volQuota>`)).toEqual({
      "/": 1073741824,
      "/a/b": 10,
    });
  });
});
