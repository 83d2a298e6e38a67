import { type Answer, encode, encodingLength, type Packet, TRUNCATED_RESPONSE } from "dns-packet";

/** Without EDNS a message over UDP has at most 512 bytes (RFC 1035, 4.2.1). */
const PLAIN_UDP_BYTES = 512;
/** What this server takes, told in its own OPT record. */
const OWN_UDP_BYTES = 1232;
/** What one datagram over IPv4 has room for, whatever a client says it takes. */
const MAX_UDP_BYTES = 65_507;
/** The two bytes of length before a message over TCP can say no more (RFC 1035, 4.2.2). */
export const MAX_TCP_BYTES = 65_535;

/** The OPT record of a message, by which its sender says what it takes over UDP. */
function ednsOf(packet: Packet): { udpPayloadSize: number } | undefined {
  return (packet.additionals ?? []).find((record) => record.type === "OPT");
}

/** Bytes that an answer to a query may have over UDP. @param query an OPT record in it raises the limit */
export function udpLimit(query: Packet): number {
  return Math.min(Math.max(ednsOf(query)?.udpPayloadSize ?? 0, PLAIN_UDP_BYTES), MAX_UDP_BYTES);
}

/**
 * Encodes an answer: what does not fit is left out, the additional records first, then answers from the end.
 * @param query an OPT record in it is answered by one
 * @param setTruncateBit whether the client is told, so that it asks again over TCP
 */
export function encodeWithin(limitBytes: number, answer: Packet, query: Packet, setTruncateBit: boolean): Buffer {
  const whole = withEdns(answer, query);
  if (encodingLength(whole) <= limitBytes) return encode(whole);

  const flags = (answer.flags ?? 0) | (setTruncateBit ? TRUNCATED_RESPONSE : 0);
  const least = withEdns({ ...answer, answers: [], additionals: [], flags }, query);
  let roomBytes = limitBytes - encodingLength(least);
  const answers = answer.answers ?? [];
  const firstLeftOut = answers.findIndex((record) => {
    roomBytes -= recordBytes(record);
    return roomBytes < 0;
  });
  return encode({ ...least, answers: firstLeftOut === -1 ? answers : answers.slice(0, firstLeftOut) });
}

/** Names are not compressed, so every record has a length of its own. */
function recordBytes(record: Answer): number {
  return encodingLength({ answers: [record] }) - encodingLength({});
}

/** Adds the OPT record that a query with one must get back (RFC 6891, 6.1.1). */
function withEdns(answer: Packet, query: Packet): Packet {
  if (ednsOf(query) === undefined) return answer;
  const opt: Answer = {
    ...{ type: "OPT", name: ".", udpPayloadSize: OWN_UDP_BYTES, extendedRcode: 0, ednsVersion: 0, flags: 0 },
    ...{ flag_do: false, options: [] },
  };
  return { ...answer, additionals: [...(answer.additionals ?? []), opt] };
}
