type Unit = "s" | "MB" | "times";

/** Digits behind the point. */
const digits: Readonly<Record<Unit, number>> = { s: 1, MB: 0, times: 2 };

/** One line of the result. */
export interface Measured {
  what: string;
  unit: Unit;
  drover: number;
  /** The same by plain.sh, where it has a counterpart. */
  plain?: number;
  /** What `drover` must not pass, where there is a limit. */
  limit?: number;
}

/** True when a limit is broken, or has one and could not be measured. */
export function isBroken({ drover, limit }: Measured): boolean {
  return limit !== undefined && !(drover <= limit);
}

/** The result as a Markdown table. */
export function renderTable(rows: readonly Measured[]): string {
  const number = (value: number | undefined, unit: Unit) =>
    value === undefined ? "" : `${value.toFixed(digits[unit])} ${unit}`;
  const cells = rows.map((row) => [
    row.what,
    number(row.drover, row.unit),
    number(row.plain, row.unit),
    row.plain === undefined ? "" : (row.drover / row.plain).toFixed(2),
    row.limit === undefined ? "" : `${isBroken(row) ? "BROKEN" : "kept"}, ${number(row.limit, row.unit)}`,
  ]);
  const head = ["", "drover", "plain script", "ratio", "limit"];
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |\n`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...cells.map(line)].join("");
}
