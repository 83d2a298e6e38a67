import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Weights } from "./allocation/weights";
import { MemoryRegistry } from "./leadership/registry";

class SlowRegistry extends MemoryRegistry {
  override async putSetting(): Promise<void> {
    await sleep(1);
  }
}

test("changes that come at once are all kept, and one that is refused holds none up", async () => {
  const weights = new Weights(new SlowRegistry());
  const results = await Promise.allSettled([
    weights.update([{ role: "a", weight: 2 }]),
    weights.update([{ role: "b", weight: -1 }]),
    weights.update([{ role: "c", weight: 3 }]),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(weights.all()).toEqual([
    { role: "a", weight: 2 },
    { role: "c", weight: 3 },
  ]);
});
