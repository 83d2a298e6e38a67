import { createSocket } from "node:dgram";
import { connect } from "node:net";
import type { Resolver } from "./config";
import { readMessages, writeMessage } from "./tcp-messages";

export type Transport = "udp" | "tcp";

/**
 * Passes a question on as it came, over the same transport, to one server after the other, and returns the first answer.
 * @throws Error when none answers, each within the limit
 */
export async function forward(
  question: Buffer,
  transport: Transport,
  resolvers: readonly Resolver[],
  limitMs: number,
): Promise<Buffer> {
  const reasons: string[] = [];
  for (const resolver of resolvers) {
    try {
      return await (transport === "udp" ? askByUdp : askByTcp)(question, resolver, limitMs);
    } catch (error) {
      reasons.push(`${resolver.address}:${resolver.port}: ${(error as Error).message}`);
    }
  }
  throw new Error(`no resolver answered (${reasons.join("; ")})`);
}

/** The servers of the longest zone that holds the name, else the general ones. */
export function resolversFor(
  name: string,
  zones: Readonly<Record<string, Resolver[]>>,
  general: readonly Resolver[],
): readonly Resolver[] {
  const lower = `.${name.toLowerCase().replace(/\.$/, "")}`;
  const zone = Object.keys(zones)
    .filter((candidate) => lower.endsWith(`.${candidate.toLowerCase()}`))
    .sort((a, b) => b.length - a.length)[0];
  return (zone !== undefined && zones[zone]) || general;
}

/** A connected socket takes answers from that server only; the id must be the question's, too. */
function askByUdp(question: Buffer, { address, port }: Resolver, limitMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    const end = (then: () => void) => {
      clearTimeout(timer);
      socket.close();
      then();
    };
    const timer = setTimeout(() => end(() => reject(new Error(`no answer within ${limitMs} ms`))), limitMs);
    socket.once("error", (error) => end(() => reject(error)));
    socket.on("message", (answer) => {
      if (answer.length >= 12 && answer.readUInt16BE(0) === question.readUInt16BE(0)) end(() => resolve(answer));
    });
    socket.connect(port, address, () => socket.send(question));
  });
}

function askByTcp(question: Buffer, { address, port }: Resolver, limitMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, address, () => writeMessage(socket, question));
    socket.setTimeout(limitMs, () => socket.destroy(new Error(`no answer within ${limitMs} ms`)));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the connection was closed without an answer")));
    readMessages(socket, (answer) => {
      resolve(answer);
      socket.destroy();
    });
  });
}
