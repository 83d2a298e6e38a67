import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { freePort } from "@drover/lib/test/port";
import { waitFor } from "@drover/lib/test/wait";
import { bundle } from "../../../tools/images/bundle";

/** Chronos as images get it: one file for plain node. */
export async function bundleChronos(directory: string): Promise<string> {
  await bundle({ chronos: join(__dirname, "../main.ts") }, directory);
  return join(directory, "chronos.cjs");
}

// biome-ignore lint/suspicious/noExplicitAny: tests read whatever the API answers
type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

/** Calls a Chronos, wherever it runs. */
export class ChronosApi {
  constructor(
    readonly url: string,
    private readonly authorization?: string,
  ) {}

  get(path: string): Promise<Answer> {
    return this.call("GET", path);
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const full = path.startsWith("/") ? path : `/v1/scheduler/${path}`;
    const answer = await fetch(this.url + full, {
      method,
      redirect: "manual",
      headers: {
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(this.authorization ? { Authorization: this.authorization } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.includes("json") && text !== "";
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
  }

  async job(name: string): Promise<Json> {
    return (await this.get(`job/${name}`)).body;
  }

  async state(name: string): Promise<string | undefined> {
    const { body } = await this.get("jobs/summary");
    return body.jobs.find((job: Json) => job.name === name)?.state;
  }

  /** Waits until a job has so many successes, and gives it. */
  succeeded(name: string, count: number, limitMs = 15_000): Promise<Json> {
    return waitFor(
      `${count} successes of ${name}`,
      async () => {
        const job = await this.job(name);
        return job.successCount >= count ? job : undefined;
      },
      limitMs,
    );
  }
}

/** A Chronos in a process of its own. */
export class ChronosProcess extends ChronosApi {
  output = "";

  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
  ) {
    super(`http://127.0.0.1:${port}`);
    const collect = (chunk: Buffer) => {
      this.output += chunk.toString("utf8");
    };
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
  }

  /** Starts an instance on a free port; flags without their dashes. */
  static async start(bundle: string, flags: Record<string, string>): Promise<ChronosProcess> {
    const port = await freePort();
    const all = { hostname: "127.0.0.1", http_address: "127.0.0.1", ...flags };
    const words = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn(process.execPath, [bundle, ...words], { env: { PATH: process.env.PATH, PORT0: String(port) } });
    const killNow = () => child.kill("SIGKILL");
    process.once("exit", killNow);
    child.once("exit", () => process.removeListener("exit", killNow));
    return new ChronosProcess(port, child);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  get exitCode(): number | null {
    return this.child.exitCode;
  }

  /** Waits until it answers: it leads and has read its state, or knows who does. */
  async answers(limitMs = 20_000): Promise<void> {
    await waitFor("Chronos", async () => (await this.get("jobs")).status === 200, limitMs);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    await waitFor("this Chronos' end", () => this.hasEnded);
  }

  /** Stops the process where it stands, as a machine that hangs. */
  freeze(): void {
    this.child.kill("SIGSTOP");
  }

  thaw(): void {
    this.child.kill("SIGCONT");
  }
}
