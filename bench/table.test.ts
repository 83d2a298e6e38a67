import { expect, it } from "vitest";
import { isBroken, renderTable } from "./table";

it("shows ratios, and which limits are kept", () => {
  const rows = [
    { what: "ready", unit: "s", drover: 60, plain: 40, limit: 75 },
    { what: "second up", unit: "s", drover: 6.1, limit: 6 },
    { what: "memory", unit: "MB", drover: 900 },
  ] as const;
  expect(rows.map(isBroken)).toEqual([false, true, false]);
  expect(renderTable(rows)).toBe(
    [
      "|           | drover | plain script | ratio | limit         |",
      "| --------- | ------ | ------------ | ----- | ------------- |",
      "| ready     | 60.0 s | 40.0 s       | 1.50  | kept, 75.0 s  |",
      "| second up | 6.1 s  |              |       | BROKEN, 6.0 s |",
      "| memory    | 900 MB |              |       |               |",
      "",
    ].join("\n"),
  );
});
