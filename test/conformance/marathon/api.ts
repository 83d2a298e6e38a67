import { type Answer, callJson, type Json } from "@drover/emulator/framework/test/call-json";
import { waitFor } from "@drover/lib/test/wait";
import { expect } from "vitest";

/** Every app, group and pod of the suite is below this group, so that it can run on a cluster that is in use. */
export const base = "/conformance";

/** What a task needs at least; leaves room for many on one agent. */
export const small = { cpus: 0.05, mem: 32 };
export const sleeper = { cmd: "sleep 1000", ...small };

/** A Marathon under test, asked as any client would. */
export class MarathonApi {
  /** @param password `user:password` where it asks for one */
  constructor(
    readonly url: string,
    private readonly password?: string,
  ) {}

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call("GET", path, undefined, headers);
  }

  call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const all = { "Content-Type": "application/json", ...this.authorization, ...headers };
    return callJson(method, this.url + path, body, all);
  }

  /** The header that shows the password. */
  get authorization(): Record<string, string> {
    return this.password ? { Authorization: `Basic ${Buffer.from(this.password).toString("base64")}` } : {};
  }

  get credentials(): { user: string; password: string } | undefined {
    const [user = "", ...password] = (this.password ?? "").split(":");
    return this.password ? { user, password: password.join(":") } : undefined;
  }

  /** Creates or replaces an app and waits until it runs as wanted. @returns its tasks */
  async run(app: { id: string; [field: string]: unknown }): Promise<Json[]> {
    const { status, body } = await this.call("PUT", `/v2/apps${app.id}?partialUpdate=false`, app);
    expect([200, 201], JSON.stringify(body)).toContain(status);
    await this.finished(body.deploymentId);
    return this.running(app.id);
  }

  async app(id: string): Promise<Json> {
    return (await this.get(`/v2/apps${id}`)).body.app;
  }

  async running(id: string): Promise<Json[]> {
    const { body } = await this.get(`/v2/apps${id}/tasks`);
    return (body.tasks ?? []).filter((task: Json) => task.state === "TASK_RUNNING");
  }

  /** Waits for the end of one deployment, as clients do: until it is listed no more. */
  async finished(deploymentId: string, limitMs = 25_000): Promise<void> {
    await waitFor(
      `the end of deployment ${deploymentId}`,
      async () => {
        const { status, body } = await this.get("/v2/deployments");
        return status === 200 && !body.some(({ id }: Json) => id === deploymentId);
      },
      limitMs,
    );
  }

  async remove(id: string): Promise<void> {
    const { status, body } = await this.call("DELETE", `/v2/apps${id}`);
    expect(status, JSON.stringify(body)).toBe(200);
    await this.finished(body.deploymentId);
  }

  /** Removes all that the suite has left. */
  async clear(): Promise<void> {
    const { status, body } = await this.call("DELETE", `/v2/groups${base}?force=true`);
    if (status === 200) await this.finished(body.deploymentId);
  }
}

/** The ids of tasks, sorted. */
export const idsOf = (tasks: Json[]): string[] => tasks.map(({ id }) => id).sort();

/** What every answer that starts a deployment looks like. */
export const deployment = {
  version: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  deploymentId: expect.stringMatching(/^[0-9a-f-]{36}$/),
};
