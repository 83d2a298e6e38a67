import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeRecord, MAX_RECORD_BYTES, RecordDecoder } from "./recordio";

test("records come back whatever the chunks", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.integer({ min: 1, max: 9 }), (records, size) => {
      const wire = Buffer.concat(records.map(encodeRecord));
      const decoder = new RecordDecoder();
      const decoded: string[] = [];
      for (let start = 0; start < wire.length; start += size) {
        decoded.push(...decoder.push(wire.subarray(start, start + size)));
      }
      expect(decoded).toEqual(records);
      expect(decoder.atBoundary).toBe(true);
    }),
  );
});

test("a record on the wire is its length in bytes, a line feed and the record", () => {
  expect(encodeRecord("é{}").toString()).toBe("4\né{}");
});

test.each(["x", "\n", "-1\n", "12a\n", "99999999", `${MAX_RECORD_BYTES + 1}\n`])("%j is refused", (wire) => {
  expect(() => new RecordDecoder().push(Buffer.from(wire))).toThrow("RecordIO");
});

test("a stream that ends within a record is seen", () => {
  const decoder = new RecordDecoder();
  expect(decoder.push(Buffer.from("5\nabc"))).toEqual([]);
  expect(decoder.atBoundary).toBe(false);
});
