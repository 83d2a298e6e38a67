import { waitFor } from "@drover/lib/test/wait";
import { type Answer, callJson, type Json } from "../../framework/test/call-json";

/** Calls a Chronos, wherever it runs. */
export class ChronosApi {
  constructor(
    readonly url: string,
    private readonly authorization?: string,
  ) {}

  get(path: string): Promise<Answer> {
    return this.call("GET", path);
  }

  /** @param path below `/v1/scheduler/`, or whole with its slash */
  call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const full = path.startsWith("/") ? path : `/v1/scheduler/${path}`;
    const password: Record<string, string> = this.authorization ? { Authorization: this.authorization } : {};
    return callJson(method, this.url + full, body, { ...password, ...headers });
  }

  async job(name: string): Promise<Json> {
    return (await this.get(`job/${name}`)).body;
  }

  async state(name: string): Promise<string | undefined> {
    const { body } = await this.get("jobs/summary");
    return body.jobs.find((job: Json) => job.name === name)?.state;
  }

  /** Waits until it answers: it leads and has read its state, or knows who does. */
  async answers(limitMs = 20_000): Promise<void> {
    await waitFor("Chronos", async () => (await this.get("jobs")).status === 200, limitMs);
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
