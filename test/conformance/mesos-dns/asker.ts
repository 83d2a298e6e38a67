import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { type DecodedPacket, decode, encode, type RecordType, streamDecode, streamEncode } from "dns-packet";

export type Reply = DecodedPacket & { rcode: string };

const limitMs = 3_000;

/** Asks one DNS server. */
export class Asker {
  constructor(
    private readonly address: string,
    private readonly port: number,
  ) {}

  /** One question over UDP. */
  ask(name: string, type: RecordType): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const socket = createSocket("udp4");
      const end = (then: () => void) => {
        clearTimeout(timer);
        socket.close();
        then();
      };
      const timer = setTimeout(() => end(() => reject(new Error(`no answer for ${name}`))), limitMs);
      socket.once("message", (message) => end(() => resolve(decode(message) as Reply)));
      socket.send(encode(question(name, type)), this.port, this.address);
    });
  }

  askByTcp(name: string, type: RecordType): Promise<Reply> {
    return new Promise((resolve, reject) => {
      let got = Buffer.alloc(0);
      const socket = connect(this.port, this.address, () => socket.write(streamEncode(question(name, type))));
      socket.setTimeout(limitMs, () => socket.destroy(new Error(`no answer for ${name}`)));
      socket.on("error", reject);
      socket.on("data", (chunk) => {
        got = Buffer.concat([got, chunk]);
        if (got.length < 2 || got.length < 2 + got.readUInt16BE(0)) return;
        socket.destroy();
        resolve(streamDecode(got) as Reply);
      });
    });
  }
}

function question(name: string, type: RecordType) {
  return { type: "query" as const, id: 4711, flags: 0x100, questions: [{ name, type }] };
}

/** The values of an answer, sorted. */
export function valuesOf({ answers }: DecodedPacket): string[] {
  return (answers ?? []).map((answer) => ("data" in answer ? String(answer.data) : "")).sort();
}
