import { volumeMarks } from "@drover/lib/block-volume";
import { describe, expect, it } from "vitest";
import { build, ofType, shipped } from "./program";

const declared = { pgdata: { sizeGb: 20, fs: "xfs" }, scratch: { sizeGb: 5, protect: false } };
const withVolumes = (stack: string, volumes: object, more: object = {}) =>
  build(stack, { ...shipped(stack), "drover:blockVolumes": volumes, ...more });

describe("declared block volumes", async () => {
  const [local, openstack, azure] = await Promise.resolve().then(async () => [
    await withVolumes("local", declared),
    await withVolumes("openstack", declared),
    await withVolumes("azure", { ...declared, near: { sizeGb: 8, zone: "2", type: "Premium_LRS" } }),
  ]);
  if (!local || !openstack || !azure) throw new Error("the program did not run");

  it("are files in the local cloud's store, made by the driver's image", () => {
    const store = { volume: "drover-local-block-store", image: "drover/volumes:0123456789ab" };
    expect(ofType(local, "drover:index:BlockVolume").get("pgdata")?.inputs).toEqual({
      name: "pgdata",
      sizeGb: 20,
      fs: "xfs",
      store,
    });
  });

  it("are Cinder volumes and Azure disks that the driver finds: its name, its marks", () => {
    const volume = ofType(openstack, "openstack:blockstorage/volume:Volume").get("volume-pgdata");
    expect(volume?.inputs).toMatchObject({
      name: "pgdata",
      size: 20,
      volumeType: "LUKS",
      metadata: volumeMarks("openstack", "xfs"),
    });
    const disks = ofType(azure, "azure-native:compute:Disk");
    expect(disks.get("volume-pgdata")?.inputs).toMatchObject({
      diskName: "pgdata",
      diskSizeGB: 20,
      sku: { name: "StandardSSD_ZRS" },
      tags: volumeMarks("azure", "xfs"),
    });
    expect(disks.get("volume-pgdata")?.inputs).not.toHaveProperty("zones");
    expect(disks.get("volume-near")?.inputs).toMatchObject({ sku: { name: "Premium_LRS" }, zones: ["2"] });
  });

  it.each([
    ["local", { pgdata: { sizeGb: 1, zone: "a" } }, 'pgdata.zone: "a" is not allowed; it must be: left out'],
    [
      "local",
      { pgdata: { sizeGb: 1, type: "ssd" } },
      'pgdata.type: "ssd" is not allowed; it must be: one of thin, thick',
    ],
    ["openstack", { pgdata: { sizeGb: 1, zone: "az9" } }, 'pgdata.zone: "az9" is not allowed; it must be: one of az1'],
    ["azure", { pgdata: { sizeGb: 40_000 } }, "pgdata.sizeGb: 40000 is not allowed; it must be: at most 32767"],
    ["azure", { pgdata: { sizeGb: 1, type: "Premium_LRS" } }, 'pgdata.type: "Premium_LRS" is not allowed'],
    [
      "azure",
      { pgdata: { sizeGb: 1, type: "Premium_ZRS", zone: "1" } },
      'pgdata.zone: "1" is not allowed; it must be: left out; disks of Premium_ZRS are in no zone',
    ],
    ["local", { "a/b": { sizeGb: 1 } }, "drover:blockVolumes.a/b: this name is not allowed"],
    ["local", { "a..b": { sizeGb: 1 } }, "drover:blockVolumes.a..b: this name is not allowed"],
    ["local", { "$(id)": { sizeGb: 1 } }, "this name is not allowed"],
    ["local", { ["a".repeat(300)]: { sizeGb: 1 } }, "this name is not allowed: at most 64 characters"],
    ["local", { pgdata: { sizeGb: 0 } }, "pgdata.sizeGb: 0 is not allowed; it must be: at least 1 GB"],
    ["local", { pgdata: { sizeGb: -1 } }, "pgdata.sizeGb: -1 is not allowed"],
    ["local", { pgdata: { sizeGb: 1e9 } }, "pgdata.sizeGb: 1000000000 is not allowed; it must be: at most 65536 GB"],
    ["local", { pgdata: {} }, "pgdata.sizeGb: nothing is not allowed; it must be: a"],
    ["local", { pgdata: { sizeGb: 1, colour: "red" } }, "drover:blockVolumes.pgdata.colour: unknown key"],
  ])("in %s, %j is refused, and named", async (stack, volumes, message) => {
    await expect(withVolumes(stack, volumes)).rejects.toThrow(message);
  });
});
