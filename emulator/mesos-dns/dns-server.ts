import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, isIPv6, type Server } from "node:net";
import type { Logger } from "@drover/lib/log";
import { type DecodedPacket, decode, encode, type Packet } from "dns-packet";
import { answerFromZone, emptyAnswer, isInDomain, RCODE, type Zone } from "./answer";
import type { Config } from "./config";
import { forward, resolversFor, type Transport } from "./forward";
import { readMessages, writeMessage } from "./tcp-messages";
import { encodeWithin, MAX_TCP_BYTES, udpLimit } from "./truncate";

const HEADER_BYTES = 12;
const IDLE_MS = 30_000;
const MAX_TCP_CONNECTIONS = 200;
/** Questions that wait for other servers; above it they are refused, so that a flood cannot use up the sockets. */
const MAX_FORWARDED = 500;

/** Answers over UDP and TCP on one address and port. */
export class DnsServer {
  private udp: UdpSocket | undefined;
  private tcp: Server | undefined;
  private forwarded = 0;

  constructor(
    private readonly config: Config,
    private readonly zone: () => Zone | undefined,
    private readonly log: Logger,
  ) {}

  /** @throws the system's error when the port cannot be bound */
  async listen(host: string, port: number): Promise<void> {
    const udp = createSocket(isIPv6(host) ? "udp6" : "udp4");
    udp.on("message", (message, peer) => {
      void this.reply(message, "udp", (answer) => udp.send(answer, peer.port, peer.address));
    });
    await new Promise<void>((resolve, reject) => {
      udp.once("error", reject);
      udp.bind(port, host, () => {
        udp.removeListener("error", reject);
        udp.on("error", (error) => this.log.warn({ reason: error.message }, "UDP"));
        resolve();
      });
    });
    this.udp = udp;

    const tcp = createServer((socket) => {
      socket.setTimeout(IDLE_MS, () => socket.destroy());
      socket.on("error", () => socket.destroy());
      readMessages(socket, (message) => {
        void this.reply(message, "tcp", (answer) => socket.writable && writeMessage(socket, answer));
      });
    });
    tcp.maxConnections = MAX_TCP_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      tcp.once("error", reject);
      tcp.listen(port, host, resolve);
    });
    this.tcp = tcp;
  }

  close(): void {
    this.udp?.close();
    this.tcp?.close();
  }

  /** Never rejects: one question must not end the process. */
  private async reply(message: Buffer, transport: Transport, send: (answer: Buffer) => void): Promise<void> {
    try {
      const answer = await this.answer(message, transport);
      if (answer) send(answer);
    } catch (error) {
      this.log.error({ transport, error }, "could not answer a question");
    }
  }

  /** Undefined for what is no question at all. */
  private async answer(message: Buffer, transport: Transport): Promise<Buffer | undefined> {
    let query: DecodedPacket;
    try {
      query = decode(message);
    } catch {
      return formatError(message);
    }
    if (query.type === "response") return undefined;
    const [question, ...others] = query.questions ?? [];
    const limitBytes = transport === "udp" ? udpLimit(query) : MAX_TCP_BYTES;
    const encoded = (answer: Packet) => encodeWithin(limitBytes, answer, query, this.config.setTruncateBit);

    if ((query as { opcode?: string }).opcode !== "QUERY") return encoded(emptyAnswer(query, RCODE.notImplemented));
    if (question === undefined || others.length > 0) return encoded(emptyAnswer(query, RCODE.formatError));
    if (isInDomain(question.name, this.config.domain)) {
      return encoded(answerFromZone(query, question, this.zone(), this.config));
    }
    const { external } = this.config;
    if (external === undefined || this.forwarded >= MAX_FORWARDED) return encoded(emptyAnswer(query, RCODE.refused));
    const resolvers = resolversFor(question.name, external.zoneResolvers, external.resolvers);
    this.forwarded++;
    try {
      return await forward(message, transport, resolvers, external.timeoutSeconds * 1000);
    } catch (error) {
      this.log.warn({ name: question.name, reason: (error as Error).message }, "could not forward a question");
      return encoded(emptyAnswer(query, RCODE.serverFailure));
    } finally {
      this.forwarded--;
    }
  }
}

/** A header that says FORMERR, for a message that has at least an id. */
function formatError(message: Buffer): Buffer | undefined {
  if (message.length < HEADER_BYTES) return undefined;
  return encode({ type: "response", id: message.readUInt16BE(0), flags: RCODE.formatError });
}
