/** Makes one DNS label of any text; empty when nothing usable is left. */
export type LabelRule = (text: string) => string;

/** RFC 1123: up to 63 letters, digits and inner dashes. The default. */
export const rfc1123: LabelRule = (text) => label(text, 63, /^-+/);

/** RFC 952, by `enforceRFC952`: up to 24, beginning with a letter. */
export const rfc952: LabelRule = (text) => label(text, 24, /^[-0-9]+/);

/** Each part between dots made a label; empty ones are left out. */
export function domainFragment(text: string, rule: LabelRule): string {
  return text.split(".").map(rule).filter(Boolean).join(".");
}

/** Lower case, `.` and `_` become `-`, anything else is dropped; what is cut off never leaves a dash at the end. */
function label(text: string, limit: number, unwantedStart: RegExp): string {
  const mapped = text
    .toLowerCase()
    .replace(/[._]/g, "-")
    .replace(/[^a-z0-9-]/g, "")
    .replace(unwantedStart, "");
  const head = mapped.slice(0, limit).replace(/-+$/, "");
  const tail = mapped.slice(limit).replace(/^-+/, "");
  const isCutAtDashes = head.length < Math.min(limit, mapped.length);
  return isCutAtDashes ? head + tail.slice(0, limit - head.length) : head;
}
