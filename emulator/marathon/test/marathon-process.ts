import { join } from "node:path";
import { freePort } from "@drover/lib/test/port";
import { ServerProcess } from "@drover/lib/test/server-process";
import { waitFor } from "@drover/lib/test/wait";
import { bundle } from "../../../tools/images/bundle";
import { type Answer, callJson, type Json } from "../../framework/test/call-json";

/** Marathon as images get it: one file for plain node. */
export async function bundleMarathon(directory: string): Promise<string> {
  await bundle({ marathon: join(__dirname, "../main.ts") }, directory);
  return join(directory, "marathon.cjs");
}

/** A Marathon in a process of its own. */
export class MarathonProcess extends ServerProcess {
  /** Starts an instance on a free port and waits until it answers. */
  static async start(bundle: string, environment: Record<string, string>): Promise<MarathonProcess> {
    const port = await freePort();
    const marathon = new MarathonProcess("Marathon", port, [bundle], {
      MARATHON_HOSTNAME: "127.0.0.1",
      MARATHON_HTTP_ADDRESS: "127.0.0.1",
      MARATHON_HTTP_PORT: String(port),
      MARATHON_MIN_REVIVE_OFFERS_INTERVAL: "200",
      ...environment,
    });
    await waitFor(`Marathon on port ${port}`, () => marathon.get("/ping").then(({ status }) => status === 200), 15_000);
    return marathon;
  }

  /** Waits until it leads and has read its state. */
  async leads(): Promise<void> {
    await waitFor("this Marathon to lead", async () => (await this.get("/v2/deployments")).status === 200, 20_000);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call("GET", path, undefined, headers);
  }

  call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return callJson(method, this.url + path, body, headers);
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
}
