import { join } from "node:path";
import { freePort } from "@drover/lib/test/port";
import { ServerProcess } from "@drover/lib/test/server-process";
import { waitFor } from "@drover/lib/test/wait";

const MAIN = join(__dirname, "../main.ts");

/** A master in a process of its own, as it runs in production. */
export class TestMaster extends ServerProcess {
  /** Starts a master on 127.0.0.1, on a free port unless one is given, and waits until it listens. */
  static async start(environment: Record<string, string>, givenPort?: number): Promise<TestMaster> {
    const port = givenPort ?? (await freePort());
    const master = new TestMaster("the master", port, ["--require", "tsx/cjs", MAIN], {
      MESOS_IP: "127.0.0.1",
      MESOS_PORT: String(port),
      MESOS_NO_HOSTNAME_LOOKUP: "1",
      ...environment,
    });
    await waitFor(`the master on port ${port}`, () => master.get("/health").then(({ ok }) => ok), 20_000);
    return master;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + path, { redirect: "manual", headers });
  }

  async json<T = Record<string, unknown>>(path: string): Promise<T> {
    return (await this.get(path)).json() as Promise<T>;
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + path, {
      method: "POST",
      redirect: "manual",
      headers: { "Content-Type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  }

  async metric(name: string): Promise<number | undefined> {
    return (await this.json<Record<string, number>>("/metrics/snapshot"))[name];
  }

  /** True when it leads and frameworks may subscribe. */
  async isReady(): Promise<boolean> {
    return (await this.metric("master/elected")) === 1 && (await this.metric("registrar/log/recovered")) === 1;
  }
}

/** The one of the masters that leads. */
export function leaderOf(masters: TestMaster[], limitMs = 15_000): Promise<TestMaster> {
  return waitFor(
    "a leading master",
    async () => {
      for (const master of masters) {
        if (!master.hasEnded && (await master.isReady())) {
          return master;
        }
      }
      return undefined;
    },
    limitMs,
  );
}
