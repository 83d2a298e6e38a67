import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { environmentIn } from "../system/preflight";
import { dataFate } from "./data-fate";

/** The fate of a shipped environment's data, with other settings. */
function fate(stack: string, more: Record<string, unknown> = {}, there: string[] = []) {
  const text = readFileSync(`stacks/Pulumi.${stack}.yaml`, "utf8");
  const added = Object.entries(more).map(([key, value]) => `  drover:${key}: ${JSON.stringify(value)}\n`);
  return dataFate(environmentIn(stack, `${text.trimEnd()}\n${added.join("")}`), new Set(there));
}

const disk = "drover-ci-ops100-data";
const store = "drover-ci-block-store";
const pgdata = { pgdata: { sizeGb: 1 } };

it("a test cluster's data goes, by name", () => {
  expect(fate("ci", { blockVolumes: pgdata }, [disk, store])).toEqual({
    kept: new Set(),
    lines: [`the data goes too, for good: ${disk} (ZooKeeper, shared volume); ${store} (block volumes: pgdata)`],
  });
  expect(fate("ci").lines).toEqual([]);
});

it("what is protected stays, and all of production's", () => {
  const isProtected = { pgdata: { sizeGb: 1, protect: true } };
  expect(fate("ci", { blockVolumes: isProtected }, [disk, store]).kept).toEqual(new Set([store]));
  const production = fate("ci", { purpose: "production" }, [disk, store]);
  expect(production.kept).toEqual(new Set([disk, store]));
  expect(production.lines).toEqual([`the data stays: ${disk}, ${store}; \`docker volume rm\` removes it for good`]);
});

it("on a cloud, volumes that tasks made are spoken of, too", () => {
  const { lines } = fate("azure-test", { blockVolumes: pgdata });
  expect(lines).toEqual([
    "the data goes too, for good: data disks of the core machines (ZooKeeper, shared volume), declared block volumes: pgdata",
    "block volumes that tasks made go with the resource group",
  ]);
  expect(fate("azure").lines).toEqual([]);
  const some = { ...pgdata, ledger: { sizeGb: 1, protect: true } };
  expect(fate("azure-test", { blockVolumes: some }).lines).toEqual([
    ...lines.slice(0, 1),
    "declared block volumes that are protected stay: ledger",
    "block volumes that tasks made stay, with the resource group",
  ]);
});
