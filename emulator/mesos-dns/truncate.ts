import { type Answer, encode, encodingLength, type Packet, TRUNCATED_RESPONSE } from "dns-packet";

/** Without EDNS a message over UDP has at most 512 bytes (RFC 1035, 4.2.1). */
const PLAIN_UDP_BYTES = 512;
/** What this server takes, told in its own OPT record. */
const OWN_UDP_BYTES = 1232;

/** The OPT record of a message, by which its sender says what it takes over UDP. */
export function ednsOf(packet: Packet): { udpPayloadSize: number } | undefined {
  return (packet.additionals ?? []).find((record) => record.type === "OPT");
}

/**
 * Encodes an answer for UDP: what does not fit is left out, the additional records first, then answers from the end.
 * @param query an OPT record in it raises the limit and is answered by one
 * @param setTruncateBit whether the client is told, so that it asks again over TCP
 */
export function encodeForUdp(answer: Packet, query: Packet, setTruncateBit: boolean): Buffer {
  const edns = ednsOf(query);
  const limit = Math.max(edns?.udpPayloadSize ?? 0, PLAIN_UDP_BYTES);
  const whole = withEdns(answer, query);
  if (encodingLength(whole) <= limit) return encode(whole);

  const flags = (answer.flags ?? 0) | (setTruncateBit ? TRUNCATED_RESPONSE : 0);
  const answers = [...(answer.answers ?? [])];
  for (;;) {
    const less = withEdns({ ...answer, answers, additionals: [], flags }, query);
    if (encodingLength(less) <= limit || answers.length === 0) return encode(less);
    answers.pop();
  }
}

/** Adds the OPT record that a query with one must get back (RFC 6891, 6.1.1). */
export function withEdns(answer: Packet, query: Packet): Packet {
  if (ednsOf(query) === undefined) return answer;
  const opt: Answer = {
    ...{ type: "OPT", name: ".", udpPayloadSize: OWN_UDP_BYTES, extendedRcode: 0, ednsVersion: 0, flags: 0 },
    ...{ flag_do: false, options: [] },
  };
  return { ...answer, additionals: [...(answer.additionals ?? []), opt] };
}
