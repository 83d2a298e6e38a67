import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { freePort } from "@drover/lib/test/port";
import { waitFor } from "@drover/lib/test/wait";
import { build } from "esbuild";

/** Marathon as images get it: one file for plain node. */
export async function bundleMarathon(directory: string): Promise<string> {
  const outfile = join(directory, "marathon.cjs");
  await build({
    entryPoints: [join(__dirname, "../main.ts")],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    outfile,
    logLevel: "error",
  });
  return outfile;
}

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

// biome-ignore lint/suspicious/noExplicitAny: tests read whatever the API answers
type Json = any;

/** A Marathon in a process of its own. */
export class MarathonProcess {
  output = "";

  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
  ) {
    const collect = (chunk: Buffer) => {
      this.output += chunk.toString("utf8");
    };
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
  }

  /** Starts an instance on a free port and waits until it answers. */
  static async start(bundle: string, environment: Record<string, string>): Promise<MarathonProcess> {
    const port = await freePort();
    const child = spawn(process.execPath, [bundle], {
      env: {
        PATH: process.env.PATH,
        MARATHON_HOSTNAME: "127.0.0.1",
        MARATHON_HTTP_ADDRESS: "127.0.0.1",
        MARATHON_HTTP_PORT: String(port),
        MARATHON_MIN_REVIVE_OFFERS_INTERVAL: "200",
        ...environment,
      },
    });
    const marathon = new MarathonProcess(port, child);
    await waitFor(`Marathon on port ${port}`, () => marathon.get("/ping").then(({ status }) => status === 200), 15_000);
    return marathon;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
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

  /** Waits until it leads and has read its state. */
  async leads(): Promise<void> {
    await waitFor("this Marathon to lead", async () => (await this.get("/v2/deployments")).status === 200, 20_000);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer<Json>> {
    return this.call("GET", path, undefined, headers);
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Json>> {
    const answer = await fetch(this.url + path, {
      method,
      redirect: "manual",
      headers: { "Content-Type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.includes("json") && text !== "";
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
  }

  /** The tasks of an app that run. */
  async running(app: string): Promise<Json[]> {
    const { body } = await this.get(`/v2/apps${app}/tasks`);
    return (body.tasks ?? []).filter((task: Json) => task.state === "TASK_RUNNING");
  }

  /** Waits until no deployment is under way. */
  async settled(limitMs = 20_000): Promise<void> {
    await waitFor(
      "all deployments to end",
      async () => {
        const { status, body } = await this.get("/v2/deployments");
        return status === 200 && body.length === 0;
      },
      limitMs,
    );
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    await this.ended();
  }

  async ended(limitMs = 10_000): Promise<void> {
    await waitFor("this Marathon's end", () => this.hasEnded, limitMs);
  }
}
