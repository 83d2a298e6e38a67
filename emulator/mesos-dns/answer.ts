import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  type Packet,
  type Question,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
} from "dns-packet";
import type { Config } from "./config";
import type { RecordSet } from "./record-set";

export const RCODE = { noError: 0, formatError: 1, serverFailure: 2, nameError: 3, notImplemented: 4, refused: 5 };

/** The records of one moment, with the serial of the zone at that moment. */
export interface Zone {
  records: RecordSet;
  serial: number;
}

/** An answer without records; the question's id and what it asked for are repeated. */
export function emptyAnswer(query: DecodedPacket, rcode: number, flags = 0): Packet {
  const desired = query.flag_rd ? RECURSION_DESIRED : 0;
  return { type: "response", id: query.id, flags: flags | desired | rcode, questions: query.questions };
}

/** Whether a name lies in the domain that this server speaks for. */
export function isInDomain(name: string, domain: string): boolean {
  const lower = absolute(name);
  return lower === `${domain}.` || lower.endsWith(`.${domain}.`);
}

/**
 * Answers a question about the domain with authority: A, AAAA, SRV (targets' addresses beside), SOA, NS, ANY.
 * Before the first state was read nothing is known, so nothing may be denied: that is SERVFAIL.
 */
export function answerFromZone(
  query: DecodedPacket,
  question: Question,
  zone: Zone | undefined,
  config: Config,
): Packet {
  const flags = AUTHORITATIVE_ANSWER | (config.recursionAvailable ? RECURSION_AVAILABLE : 0);
  if (zone === undefined) return emptyAnswer(query, RCODE.serverFailure);
  const name = absolute(question.name);
  const isApex = name === `${config.domain}.`;
  const found = lookUp(question, name, isApex, zone, config);
  const rcode = found.answers.length > 0 || isApex || zone.records.exists(name) ? RCODE.noError : RCODE.nameError;
  return {
    ...emptyAnswer(query, rcode, flags),
    answers: shuffled(found.answers),
    additionals: found.additionals,
    authorities: found.answers.length === 0 ? [soa(`${config.domain}.`, zone, config)] : [],
  };
}

function lookUp(question: Question, name: string, isApex: boolean, zone: Zone, config: Config) {
  const { records } = zone;
  const asks = (type: string) => question.type === type || (question.type as string) === "ANY";
  const answers: Answer[] = [];
  const additionals: Answer[] = [];
  const addresses = (of: string, as: string): Answer[] => [
    ...[...(records.a.get(of) ?? [])].map((data) => ({ type: "A" as const, name: as, ttl: config.ttl, data })),
    ...[...(records.aaaa.get(of) ?? [])].map((data) => ({ type: "AAAA" as const, name: as, ttl: config.ttl, data })),
  ];
  answers.push(...addresses(name, question.name).filter(({ type }) => asks(type)));
  if (asks("SRV")) {
    const targets = new Set<string>();
    for (const { host, port } of records.srv.get(name)?.values() ?? []) {
      const data = { priority: 0, weight: config.srvWeight, port, target: relative(host) };
      answers.push({ type: "SRV", name: question.name, ttl: config.ttl, data });
      if (!targets.has(host)) additionals.push(...addresses(host, data.target));
      targets.add(host);
    }
  }
  if (isApex && asks("SOA")) answers.push(soa(question.name, zone, config));
  if (isApex && asks("NS")) {
    answers.push({ type: "NS", name: question.name, ttl: config.ttl, data: relative(config.soaMname) });
    additionals.push(...addresses(config.soaMname, relative(config.soaMname)));
  }
  return { answers, additionals };
}

/** The least of ttl and SOAMinttl is how long a denial may be remembered. */
function soa(name: string, { serial }: Zone, config: Config): Answer {
  const { soaMname, soaRname, soaRefresh: refresh, soaRetry: retry, soaExpire: expire, soaMinimum: minimum } = config;
  const data = { mname: relative(soaMname), rname: relative(soaRname), serial, refresh, retry, expire, minimum };
  return { type: "SOA", name: relative(name), ttl: config.ttl, data };
}

/** Lower case, with the trailing dot; a label `*` is left out, as upstream does. */
function absolute(name: string): string {
  return `${name.toLowerCase().replaceAll(".*", "").replace(/\.$/, "")}.`;
}

/** The encoder wants names without the trailing dot. */
function relative(name: string): string {
  return name.replace(/\.$/, "");
}

/** Another order for every answer spreads clients that take the first. */
function shuffled<T>(items: T[]): T[] {
  const keyed = items.map((item) => ({ item, key: Math.random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
