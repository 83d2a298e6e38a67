import fc from "fast-check";
import { expect, test } from "vitest";
import { ServerSentEventParser } from "./server-sent-events";

const stream = ': hello\r\n\r\nevent: ping\r\ndata: {"a":1}\r\n\r\ndata: x\ndata: y\n\nevent: unfinished\n';
const messages = [
  { event: "ping", data: '{"a":1}' },
  { event: "message", data: "x\ny" },
];

test("messages do not depend on where the network cuts the stream", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
      const parser = new ServerSentEventParser();
      const bounds = [0, ...cuts.sort((a, b) => a - b), stream.length];
      const seen = bounds.flatMap((from, i) => parser.push(stream.slice(from, bounds[i + 1])));
      expect(seen).toEqual(messages);
    }),
  );
});
