import { request } from "node:https";
import type { Duplex } from "node:stream";
import * as dns from "dns-packet";
import { type Dial, get } from "../ssh/http";

/** A machine as the checks see it. */
export interface Member {
  hostname: string;
  address: string;
}

/** Thrown while something is not as it must be yet. */
export class NotYet extends Error {
  constructor(
    message: string,
    /** The machine it is about, when there is one. */
    readonly hostname: string | undefined,
    /** The service whose log tells more. */
    readonly container: string,
  ) {
    super(message);
  }
}

/** Limit of one question in milliseconds: short, since it will be asked again. */
const questionLimitMs = 3_000;

function within<T>(what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no answer in ${questionLimitMs / 1000} s`)), questionLimitMs);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

/** Everything a stream says after a question, until it ends or `enough` says so. */
function ask(stream: Duplex, question: Buffer | string, enough: (got: Buffer) => boolean): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let got = Buffer.alloc(0);
    const done = () => {
      stream.destroy();
      resolve(got);
    };
    stream.on("data", (chunk: Buffer) => {
      got = Buffer.concat([got, chunk]);
      if (enough(got)) done();
    });
    stream.on("end", done);
    stream.on("error", reject);
    stream.write(question);
  });
}

/** ZooKeeper: every member is up, and each follows a leader or leads. */
export async function zooKeeperQuorum(dial: Dial, core: readonly Member[]): Promise<void> {
  await Promise.all(
    core.map(async ({ hostname, address }) => {
      try {
        const stream = await within(hostname, dial(address, 2181));
        const answer = String(
          await within(
            hostname,
            ask(stream, "srvr", () => false),
          ),
        );
        const mode = /^Mode: (\w+)/m.exec(answer)?.[1];
        if (!mode) throw new Error(answer.trim() || "no answer");
      } catch (error) {
        throw new NotYet(`ZooKeeper on ${hostname}: ${(error as Error).message}`, hostname, "zookeeper");
      }
    }),
  );
}

/** Mesos: one master is elected and has its registry. Gives the leader's address. */
export async function electedMaster(dial: Dial, core: readonly Member[]): Promise<Member> {
  const problems: string[] = [];
  for (const member of core) {
    try {
      const { status, body } = await get(dial, member.address, 5050, "/metrics/snapshot", questionLimitMs);
      const metrics = status === 200 ? (JSON.parse(body) as Record<string, number>) : {};
      if (metrics["master/elected"] === 1 && metrics["registrar/log/recovered"] === 1) return member;
      problems.push(`${member.hostname} does not lead`);
    } catch (error) {
      problems.push(`${member.hostname}: ${(error as Error).message}`);
    }
  }
  throw new NotYet(`no elected Mesos master (${problems.join("; ")})`, core[0]?.hostname, "mesos-master");
}

/** Mesos: all wanted slaves are registered and active: those with a name, and as many as there are to be. */
export async function slavesRegistered(
  dial: Dial,
  leader: Member,
  slaves: readonly Member[],
  wanted: number,
): Promise<void> {
  const { status, body } = await get(dial, leader.address, 5050, "/slaves", questionLimitMs);
  if (status !== 200)
    throw new NotYet(`Mesos on ${leader.hostname} answers ${status}`, leader.hostname, "mesos-master");
  const answer = JSON.parse(body) as { slaves: { hostname: string; active: boolean }[] };
  const active = new Set(answer.slaves.filter((slave) => slave.active).map((slave) => slave.hostname));
  // Agents call themselves by their address, which nothing needs to resolve.
  const missing = slaves.filter(({ address }) => !active.has(address)).map(({ hostname }) => hostname);
  if (missing.length > 0) {
    const shown = missing.slice(0, 5).join(", ") + (missing.length > 5 ? `, … ${missing.length} in all` : "");
    throw new NotYet(`slaves not registered yet: ${shown}`, missing[0], "mesos-agent");
  }
  if (active.size < wanted) {
    const log = "mesos-master";
    throw new NotYet(`${active.size} of ${wanted} slaves are registered`, leader.hostname, log);
  }
}

/** Marathon: every instance knows the leader. */
export function marathonLeader(dial: Dial, core: readonly Member[]): Promise<void> {
  return leaderKnown(dial, core, { name: "Marathon", container: "marathon", port: 8080, path: "/v2/leader" });
}

/** Chronos: every instance reaches the leader. */
export function chronosLeader(dial: Dial, core: readonly Member[]): Promise<void> {
  return leaderKnown(dial, core, { name: "Chronos", container: "chronos", port: 4400, path: "/v1/scheduler/leader" });
}

interface LeaderQuestion {
  name: string;
  container: string;
  port: number;
  path: string;
}

async function leaderKnown(
  dial: Dial,
  core: readonly Member[],
  { name, container, port, path }: LeaderQuestion,
): Promise<void> {
  await Promise.all(
    core.map(async ({ hostname, address }) => {
      const answer = await get(dial, address, port, path, questionLimitMs).catch((error: Error) => error);
      if (answer instanceof Error || answer.status !== 200) {
        const why = answer instanceof Error ? answer.message : `it answers ${answer.status}`;
        throw new NotYet(`${name} on ${hostname} has no leader: ${why}`, hostname, container);
      }
    }),
  );
}

/** DNS: every core machine's BIND resolves a name of the cluster's domain and one of Mesos's. */
export async function dnsAnswers(dial: Dial, core: readonly Member[], domain: string): Promise<void> {
  const names = [`marathon.${domain}`, "leader.mesos"];
  await Promise.all(
    core.map(async ({ hostname, address }) => {
      for (const name of names) {
        try {
          const question = dns.streamEncode({
            type: "query",
            id: 1,
            flags: dns.RECURSION_DESIRED,
            questions: [{ type: "A", name }],
          });
          const stream = await within(hostname, dial(address, 53));
          const complete = (got: Buffer) => got.length >= 2 && got.length >= 2 + got.readUInt16BE(0);
          const got = await within(hostname, ask(stream, question, complete));
          if (!complete(got) || !dns.streamDecode(got).answers?.length) throw new Error("no address");
        } catch (error) {
          throw new NotYet(
            `DNS on ${hostname} does not resolve ${name}: ${(error as Error).message}`,
            hostname,
            "bind",
          );
        }
      }
    }),
  );
}

/** The front door: TLS with the cluster's certificate, and a front proxy behind it that has masters and Marathons. */
export async function frontDoorAnswers(door: FrontDoor): Promise<void> {
  const where = `https://${door.address}:${door.httpsPort}`;
  const status = await new Promise<number>((resolve, reject) => {
    const asked = request(
      {
        host: door.address,
        port: door.httpsPort,
        servername: `marathon.${door.domain}`,
        headers: { host: `marathon.${door.domain}` },
        path: "/_drover/health",
        ca: door.caCertificate,
        agent: false,
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    asked.setTimeout(questionLimitMs, () => asked.destroy(new Error(`no answer in ${questionLimitMs / 1000} s`)));
    asked.on("error", reject);
    asked.end();
  }).catch((error: Error) => {
    throw new NotYet(`the front door at ${where} does not answer: ${error.message}`, undefined, "haproxy");
  });
  if (status !== 200) throw new NotYet(`the front door at ${where} answers ${status}`, undefined, "haproxy");
}

/** Where the front door is. */
export interface FrontDoor {
  address: string;
  httpsPort: number;
  domain: string;
  caCertificate: string;
}
