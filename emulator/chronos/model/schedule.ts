import { DateTime, Duration, FixedOffsetZone, IANAZone, type Zone } from "luxon";

export interface Schedule {
  /** Runs that are left; -1: no end. */
  repetitions: number;
  /** The next run. */
  start: DateTime;
  period: Duration;
}

const pattern = /^R(\d*)\/(.*)\/(P.*)$/;
/** ISO 8601 without weeks mixed in and without signs; at least one part. */
const periodPattern = /^P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+([.,]\d{1,3})?S)?)?$/;

/** Upstream refuses earlier starts. */
export const earliestStart = DateTime.fromISO("1970-01-01T00:00:01.000Z", { zone: "utc" });

/**
 * Reads `R[n]/<start>/<period>`; an empty start means a second ago, so that the job runs at once.
 * @param timeZone takes the place of the start's own zone while the clock's fields stay; empty: the start's own
 * @returns undefined when it is not of that form
 */
export function parseSchedule(text: string, timeZone: string): Schedule | undefined {
  const [, count, startText, periodText = ""] = pattern.exec(text) ?? [];
  if (count === undefined || startText === undefined || !periodPattern.test(periodText)) return undefined;
  const repetitions = count === "" ? -1 : Number(count);
  const start = parseStart(startText, timeZone);
  const period = Duration.fromISO(periodText.replace(",", "."));
  if (!Number.isSafeInteger(repetitions) || !start.isValid || !period.isValid) return undefined;
  return { repetitions, start, period };
}

export function formatSchedule({ repetitions, start, period }: Schedule): string {
  return `R${repetitions === -1 ? "" : repetitions}/${start.toISO()}/${period.toISO()}`;
}

/**
 * The schedule after a run at `now`: one repetition less whatever number of periods was missed, and the first start
 * after `now`. Days, months and years follow the zone's calendar, so 03:00 stays 03:00 over a change of the clocks.
 */
export function advance(schedule: Schedule, now: DateTime): Schedule {
  const { repetitions, start, period } = schedule;
  const left = repetitions === -1 ? -1 : Math.max(0, repetitions - 1);
  const next = firstAfter(now, start, period);
  // Beyond what a date can say there are no more runs.
  return next.isValid ? { repetitions: left, start: next, period } : { ...schedule, repetitions: 0 };
}

function firstAfter(now: DateTime, start: DateTime, period: Duration): DateTime {
  const second = start.plus(period);
  if (!second.isValid) return second;
  const periodMs = second.toMillis() - start.toMillis();
  if (start > now || periodMs <= 0) return start;
  // Calendar periods differ in length by some days at most: an estimate from below, then step by step.
  const followsCalendar = period.years > 0 || period.months > 0 || period.weeks > 0 || period.days > 0;
  const estimate = ((now.toMillis() - start.toMillis()) / periodMs) * (followsCalendar ? 0.9 : 1);
  let count = Math.max(1, Math.floor(estimate));
  while (multiple(start, period, count) <= now) count++;
  return multiple(start, period, count);
}

function multiple(start: DateTime, period: Duration, count: number): DateTime {
  return start.plus(period.mapUnits((value) => value * count));
}

function parseStart(text: string, timeZone: string): DateTime {
  if (text === "") return DateTime.utc().minus({ seconds: 1 });
  const start = DateTime.fromISO(text, { zone: "utc", setZone: true });
  return timeZone === "" ? start : start.setZone(zoneOf(timeZone), { keepLocalTime: true });
}

/** As Java reads time-zone ids: names, `GMT+2`, `GMT-03:30`; anything else is GMT. */
function zoneOf(id: string): Zone {
  const [, sign, hours, minutes = "0"] = /^GMT([+-])(\d{1,2}):?(\d{2})?$/.exec(id) ?? [];
  if (hours !== undefined && Number(hours) < 24 && Number(minutes) < 60) {
    const offset = Number(hours) * 60 + Number(minutes);
    return FixedOffsetZone.instance(sign === "-" ? -offset : offset);
  }
  return IANAZone.isValidZone(id) ? IANAZone.create(id) : FixedOffsetZone.utcInstance;
}
