import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../tools/system/paths";
import { type Outputs, outputs, stackExists } from "../../../tools/system/stack";
import { npm, succeeded } from "./cli";
import { FrontDoor } from "./front-door";
import { expected, until } from "./until";

/** A task of Marathon's, as far as the tests look at it. */
export interface Task {
  id: string;
  host: string;
  ports: number[];
  state: string;
  healthCheckResults?: { alive: boolean }[];
}

/** How long an app may take from its definition until its tasks are healthy. */
const healthyLimitSeconds = 60;

/** The cluster `local`, which the tests share: each file finds it as the one before has left it, or brings it up. */
export class LocalCluster {
  readonly door: FrontDoor;

  private constructor(readonly outputs: Outputs) {
    this.door = new FrontDoor(outputs);
  }

  static async running(): Promise<LocalCluster> {
    if (!(await stackExists("local"))) await succeeded(npm("up"));
    return new LocalCluster(await outputs("local"));
  }

  /** The cluster with `demo-nginx` on it, healthy. */
  static async withDemo(): Promise<LocalCluster> {
    const cluster = await LocalCluster.running();
    const { status } = await cluster.door.ask("marathon", "/v2/apps/demo-nginx", { password: true });
    if (status === 404) {
      await cluster.door.marathon("/v2/apps", { method: "POST", body: demoNginx() });
    }
    await cluster.healthyTasks(2);
    await until("demo-nginx at the front door", 30, async () => {
      const answer = await cluster.door.ask("demo-nginx", "/");
      expected(answer.status === 200, answer);
      return true;
    });
    return cluster;
  }

  async tasks(): Promise<Task[]> {
    return (await this.door.marathon<{ tasks: Task[] }>("/v2/apps/demo-nginx/tasks")).tasks;
  }

  /** The tasks of demo-nginx, once exactly `count` of them are healthy and answer, and no other is left. */
  async healthyTasks(count: number, limitSeconds = healthyLimitSeconds): Promise<Task[]> {
    return until(`${count} healthy tasks of demo-nginx`, limitSeconds, async () => {
      const tasks = await this.tasks();
      const healthy = tasks.filter(
        ({ state, healthCheckResults = [] }) =>
          state === "TASK_RUNNING" && healthCheckResults.length > 0 && healthCheckResults.every(({ alive }) => alive),
      );
      expected(healthy.length === count && tasks.length === count, tasks);
      for (const { host, ports } of tasks) {
        const { status } = await fetch(`http://${host}:${ports[0]}/`, { signal: AbortSignal.timeout(2_000) });
        expected(status === 200, `${host}:${ports[0]} answers ${status}`);
      }
      return tasks;
    });
  }

  /** Sets the number of instances, and waits for them. */
  async scaleDemo(instances: number): Promise<Task[]> {
    await this.door.marathon("/v2/apps/demo-nginx", { method: "PUT", body: { instances } });
    return this.healthyTasks(instances);
  }

  machine(hostname: string): Outputs["machines"][number] {
    const found = this.outputs.machines.find((machine) => machine.hostname === hostname);
    if (!found) throw new Error(`there is no machine ${hostname}`);
    return found;
  }

  hostnameOf(address: string): string {
    return this.outputs.machines.find((machine) => machine.address === address)?.hostname ?? address;
  }

  core(): Outputs["machines"] {
    return this.outputs.machines.filter(({ role }) => role === "core");
  }
}

export const demoNginxFile = join(root, "apps", "demo-nginx", "app.json");

function demoNginx(): unknown {
  return JSON.parse(readFileSync(demoNginxFile, "utf8"));
}
