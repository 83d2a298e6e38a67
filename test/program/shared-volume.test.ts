import { describe, expect, it } from "vitest";
import { build, ofType, shipped } from "./program";

/** The shared volume that the program asks for, in `local` with other settings. */
async function volumeOf(more: Record<string, unknown>) {
  const built = await build("local", { ...shipped("local"), ...more });
  return { built, volume: ofType(built, "drover:index:GlusterVolume").get("gv0")?.inputs };
}

const cores = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`ops1${i}0`, { id: i + 1 }]));

describe("the shared volume", () => {
  it.each([
    [1, 1],
    [3, 3],
    [5, 3],
  ])("of %i core machines has %i copies, and every machine is in the pool", async (count, replicas) => {
    const { volume } = await volumeOf({ "drover:core": cores(count) });
    expect(volume).toMatchObject({ replicas, retain: false, quotasGb: {} });
    expect(volume?.servers).toHaveLength(count);
    const options = volume?.options as Record<string, string>;
    expect(options["cluster.quorum-type"]).toBe(count > 1 ? "auto" : undefined);
    expect(options["auth.allow"]).toBe("10.77.0.0/24");
  });

  it("holds what its environment says, as a whole and in single folders", async () => {
    const { volume } = await volumeOf({ "drover:sharedVolume": { sizeGb: 20, quotasGb: { "/apache2/srv": 0.5 } } });
    expect(volume?.quotasGb).toEqual({ "/": 20, "/apache2/srv": 0.5 });
  });

  it("outlives the stack where it is production's", async () => {
    expect((await volumeOf({ "drover:purpose": "production" })).volume).toMatchObject({ retain: true });
  });

  it("is not there when it is not wanted, and no slave waits for it", async () => {
    const { built, volume } = await volumeOf({ "drover:sharedVolume": { enabled: false } });
    expect(volume).toBeUndefined();
    const slave = ofType(built, "docker:index/container:Container").get("slave-000")?.inputs;
    expect(JSON.stringify(slave)).not.toContain("drover-shared-volume");
  });

  it.each([
    [{ sizeGb: 0 }, "drover:sharedVolume.sizeGb: 0 is not allowed; it must be: at least 0.01 GB"],
    [{ quotasGb: { "../etc": 1 } }, "drover:sharedVolume.quotasGb.../etc: this name is not allowed"],
    [{ quotasGb: { "/a b": 1 } }, "drover:sharedVolume.quotasGb./a b: this name is not allowed"],
  ])("%j is refused, and named", async (sharedVolume, message) => {
    await expect(volumeOf({ "drover:sharedVolume": sharedVolume })).rejects.toThrow(message);
  });
});
