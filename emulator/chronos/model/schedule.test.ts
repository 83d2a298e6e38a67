import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, test } from "vitest";
import { advance, formatSchedule, parseSchedule } from "./schedule";

const at = (text: string) => DateTime.fromISO(text, { zone: "utc" });

/** The schedule after a run at a time. */
function next(schedule: string, now: string, zone = ""): string | undefined {
  const parsed = parseSchedule(schedule, zone);
  return parsed && formatSchedule(advance(parsed, at(now)));
}

describe("what is read", () => {
  test.each([
    ["R5/2024-01-02T03:00:00.000Z/PT10M", "", "2024-01-02T03:00:00.000Z", 5],
    ["R/2024-01-02T03:00:00+02:00/P1D", "", "2024-01-02T01:00:00.000Z", -1],
    ["R0/2024-01-02/P1Y2M10DT2H30M", "", "2024-01-02T00:00:00.000Z", 0],
    ["R/2024-01-02T03:00:00Z/P1D", "Europe/Berlin", "2024-01-02T02:00:00.000Z", -1],
    ["R/2024-01-02T03:00:00Z/P1D", "GMT-3:30", "2024-01-02T06:30:00.000Z", -1],
    ["R/2024-01-02T03:00:00Z/P1D", "No/Such", "2024-01-02T03:00:00.000Z", -1],
  ])("%s in '%s'", (text, zone, start, repetitions) => {
    const parsed = parseSchedule(text, zone);
    expect(parsed?.start.toUTC().toISO()).toBe(start);
    expect(parsed?.repetitions).toBe(repetitions);
  });

  test("an empty start is a second ago", () => {
    const parsed = parseSchedule("R1//PT1H", "Asia/Tokyo");
    const ago = Date.now() - (parsed?.start.toMillis() ?? 0);
    expect(ago).toBeGreaterThanOrEqual(1000);
    expect(ago).toBeLessThan(2000);
  });

  test.each([
    "",
    "now",
    "R/2024-01-02T03:00:00Z",
    "R/2024-13-02T03:00:00Z/P1D",
    "R/2024-01-02T03:00:00Z/P",
    "R/2024-01-02T03:00:00Z/PT",
    "R/2024-01-02T03:00:00Z/-P1D",
    "R/2024-01-02T03:00:00Z/1D",
    "R-1/2024-01-02T03:00:00Z/P1D",
    "R99999999999999999999/2024-01-02T03:00:00Z/P1D",
    "5/2024-01-02T03:00:00Z/P1D",
  ])("'%s' is refused", (text) => {
    expect(parseSchedule(text, "")).toBeUndefined();
  });
});

describe("after a run", () => {
  test("the next start, and one repetition less", () => {
    expect(next("R5/2024-01-02T03:00:00Z/PT10M", "2024-01-02T03:00:00Z")).toBe("R4/2024-01-02T03:10:00.000Z/PT10M");
    expect(next("R/2024-01-02T03:00:00Z/P1M", "2024-01-02T03:00:05Z")).toBe("R/2024-02-02T03:00:00.000Z/P1M");
  });

  test("one repetition less, too, after a time without any Chronos", () => {
    expect(next("R5/2024-01-02T03:00:00Z/PT10M", "2024-01-02T05:05:00Z")).toBe("R4/2024-01-02T05:10:00.000Z/PT10M");
  });

  test("03:00 stays 03:00 when the clocks change, hours stay hours", () => {
    const winter = "2024-03-30T03:00:00+01:00";
    const daily = next(`R/${winter}/P1D`, "2024-03-30T02:00:00Z", "Europe/Berlin");
    expect(daily).toBe("R/2024-03-31T03:00:00.000+02:00/P1D");
    const hourly = next(`R/${winter}/PT24H`, "2024-03-30T02:00:00Z", "Europe/Berlin");
    expect(hourly).toBe("R/2024-03-31T04:00:00.000+02:00/PT24H");
  });

  test("what is stored is read as the same in its zone", () => {
    const stored = next("R/2024-03-30T03:00:00Z/P1D", "2024-03-30T02:00:00Z", "Europe/Berlin") ?? "";
    expect(next(stored, "2024-03-31T01:00:00Z", "Europe/Berlin")).toBe("R/2024-04-01T03:00:00.000+02:00/P1D");
  });

  test("a period of nothing stays, one beyond the end of time is the last", () => {
    expect(next("R3/2024-01-02T03:00:00Z/PT0S", "2024-01-02T03:00:01Z")).toBe("R2/2024-01-02T03:00:00.000Z/PT0S");
    expect(next("R/2024-01-02T03:00:00Z/P999999Y", "2024-01-02T03:00:01Z")).toMatch(/^R0\//);
  });

  test("it is the first start after now, whatever the period, and found at once", () => {
    const period = fc.oneof(
      fc.integer({ min: 1, max: 100_000 }).map((seconds) => `PT${seconds}S`),
      fc.integer({ min: 1, max: 400 }).map((days) => `P${days}D`),
      fc.integer({ min: 1, max: 30 }).map((months) => `P${months}M`),
    );
    const zone = fc.constantFrom("", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe");
    const late = fc.integer({ min: 0, max: 40 * 365 * 86_400_000 });
    fc.assert(
      fc.property(period, zone, late, (text, timeZone, lateMs) => {
        const schedule = parseSchedule(`R/1999-01-31T02:30:00Z/${text}`, timeZone);
        if (schedule === undefined) throw new Error(`${text} is not read`);
        const now = schedule.start.plus(lateMs);
        const after = advance(schedule, now);
        expect(after.start > now).toBe(true);
        const slackMs = text.endsWith("M") ? 3 * 86_400_000 : text.endsWith("D") ? 7_200_000 : 0;
        expect(after.start.minus(schedule.period).toMillis()).toBeLessThanOrEqual(now.toMillis() + slackMs);
      }),
      { numRuns: 200 },
    );
  });
});
