import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@drover/lib/test/port";
import { ServerProcess } from "@drover/lib/test/server-process";
import { bundle } from "../../../tools/images/bundle";

/** The agent as images get it: one file for plain node. */
export async function bundleAgent(directory: string): Promise<string> {
  await bundle({ "mesos-agent": join(__dirname, "../main.ts") }, directory);
  return join(directory, "mesos-agent.cjs");
}

/** An agent in a process of its own, with a work directory that outlives its restarts. */
export class AgentProcess {
  readonly workDir: string;
  private child: ServerProcess | undefined;

  private constructor(
    private readonly bundle: string,
    readonly port: number,
    private readonly flags: Record<string, string>,
  ) {
    this.workDir = mkdtempSync(join(tmpdir(), "mesos-agent-work-"));
  }

  static async create(bundle: string, flags: Record<string, string>): Promise<AgentProcess> {
    return new AgentProcess(bundle, await freePort(), flags);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** What it has said since it was started last. */
  get output(): string {
    return this.child?.output ?? "";
  }

  start(changes: Record<string, string> = {}): void {
    const flags = {
      MESOS_IP: "127.0.0.1",
      MESOS_PORT: String(this.port),
      MESOS_HOSTNAME: "agent.example",
      MESOS_WORK_DIR: this.workDir,
      MESOS_CONTAINERIZERS: "docker,mesos",
      MESOS_RESOURCES: "cpus:4;mem:2048;disk:4096;ports:[31000-32000]",
      MESOS_REGISTRATION_BACKOFF_FACTOR: "100ms",
      ...this.flags,
      ...changes,
    };
    this.child = new ServerProcess("the agent", this.port, [this.bundle], flags);
  }

  /** Sends a signal and waits for the end. @returns the exit status */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    await this.child?.end(signal);
    return this.child?.exitCode ?? null;
  }

  /** Waits for the end. @returns the exit status, null when a signal ended it */
  async ended(): Promise<number | null> {
    await this.child?.ended();
    return this.child?.exitCode ?? null;
  }

  async get(path: string): Promise<{ status: number; body: string }> {
    const response = await fetch(this.url + path);
    return { status: response.status, body: await response.text() };
  }

  async json<T = Record<string, unknown>>(path: string): Promise<T> {
    return JSON.parse((await this.get(path)).body) as T;
  }

  async call(body: unknown, authorization?: string): Promise<{ status: number; body: string }> {
    const headers = { "Content-Type": "application/json", ...(authorization && { Authorization: authorization }) };
    const response = await fetch(`${this.url}/api/v1`, { method: "POST", headers, body: JSON.stringify(body) });
    return { status: response.status, body: await response.text() };
  }

  /** Kills the agent and forgets its files. */
  async remove(): Promise<void> {
    if (this.child !== undefined) {
      await this.end("SIGKILL");
    }
    rmSync(this.workDir, { recursive: true, force: true });
  }
}
