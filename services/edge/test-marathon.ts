import type { ServerResponse } from "node:http";
import { json } from "@drover/lib/http/reply";
import { Router } from "@drover/lib/http/router";
import { type HttpServer, listen } from "@drover/lib/http/server";
import type { App, Task } from "@drover/lib/marathon/types";

/** The two calls of Marathon that the edge makes, answered from a list of apps that a test changes. */
export class TestMarathon {
  apps: App[] = [];
  private readonly streams = new Set<ServerResponse>();
  private server: HttpServer | undefined;

  async start(host: string, port = 0): Promise<string> {
    const router = new Router()
      .on("GET", "/v2/apps", () => json({ apps: this.apps }))
      .on("GET", "/v2/events", ({ response }) => {
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        response.flushHeaders();
        this.streams.add(response);
        response.on("close", () => this.streams.delete(response));
        return undefined;
      });
    this.server = await listen(router.handle, port, host);
    return `http://${host}:${this.server.port}`;
  }

  get listeners(): number {
    return this.streams.size;
  }

  /** Changes the apps and tells it on the event stream. */
  change(apps: App[]): void {
    this.apps = apps;
    const event = { eventType: "status_update_event", timestamp: new Date().toISOString() };
    for (const stream of this.streams)
      stream.write(`event: ${event.eventType}\r\ndata: ${JSON.stringify(event)}\r\n\r\n`);
  }

  async stop(): Promise<void> {
    await this.server?.close(0);
  }
}

/** An app with one bridged port and one running task for each of `addresses` (`ip:port`). */
export function testApp(id: string, servicePort: number, addresses: string[], changes: Partial<App> = {}): App {
  return {
    ...{ id, env: {}, labels: {}, instances: addresses.length, cpus: 0.1, mem: 32, disk: 0, gpus: 0, executor: "" },
    ...{ role: "*", constraints: [], fetch: [], dependencies: [], backoffSeconds: 1, backoffFactor: 1.15 },
    ...{ maxLaunchDelaySeconds: 300, requirePorts: false, healthChecks: [], readinessChecks: [], deployments: [] },
    upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    unreachableStrategy: "disabled",
    killSelection: "YOUNGEST_FIRST",
    version: "2024-01-02T03:04:05.678Z",
    ...{ tasksStaged: 0, tasksRunning: addresses.length, tasksHealthy: 0, tasksUnhealthy: 0 },
    networks: [{ mode: "container/bridge" }],
    container: {
      ...{ type: "DOCKER", volumes: [] },
      portMappings: [{ containerPort: 80, hostPort: 0, servicePort, protocol: "tcp", labels: {} }],
    },
    tasks: addresses.map((address) => testTask(id, address)),
    ...changes,
  };
}

export function testTask(appId: string, address: string, changes: Partial<Task> = {}): Task {
  const [host = "", port] = address.split(":");
  return {
    id: `${appId.slice(1).replaceAll("/", "_")}.instance-${address.replace(/[.:]/g, "-")}._app.1`,
    ...{ appId, host, ports: [Number(port)], servicePorts: [], slaveId: "S0", state: "TASK_RUNNING", role: "*" },
    ...{ stagedAt: "2024-01-02T03:04:05.678Z", version: "2024-01-02T03:04:05.678Z" },
    ...{ ipAddresses: [{ ipAddress: "172.17.0.9", protocol: "IPv4" as const }], localVolumes: [] },
    ...changes,
  };
}
