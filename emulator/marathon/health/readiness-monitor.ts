import type { AppDefinition, ReadinessCheck, ReadinessCheckResult } from "@drover/lib/marathon/types";
import type { Instance } from "../model/instance";
import { appPorts } from "../model/ports";
import { isPod, type RunSpec } from "../model/run-spec";
import { portTarget, urlOf } from "./check-target";
import { askHttp } from "./probe";
import { timerMs } from "./timer-delay";

interface Watched {
  instance: Instance;
  app: AppDefinition;
  check: ReadinessCheck;
  result: ReadinessCheckResult;
  timer?: NodeJS.Timeout;
}

/** Asks new tasks whether they are ready, for as long as a deployment waits for it. */
export class ReadinessMonitor {
  private readonly watched = new Map<string, Watched>();

  /** @param onReady called when a task has become ready */
  constructor(private readonly onReady: () => void) {}

  /** True when the task is ready or has no check; begins to ask when it runs and was not asked before. */
  isReady(instance: Instance, app: RunSpec): boolean {
    const check = app.readinessChecks[0];
    if (check === undefined || isPod(app)) return true;
    const known = this.watched.get(instance.id);
    if (known === undefined && instance.state === "TASK_RUNNING") {
      const result = { name: check.name, taskId: instance.taskId, ready: false };
      const watched = { instance, app, check, result };
      this.watched.set(instance.id, watched);
      this.schedule(watched, 0);
    }
    if (known) known.instance = instance;
    return known?.result.ready ?? false;
  }

  resultsOf(appId: string): ReadinessCheckResult[] {
    return [...this.watched.values()].filter(({ app }) => app.id === appId).map(({ result }) => result);
  }

  forget(instanceId: string): void {
    clearTimeout(this.watched.get(instanceId)?.timer);
    this.watched.delete(instanceId);
  }

  /** The deployment of these apps is over. */
  forgetApp(appId: string): void {
    for (const { instance } of [...this.watched.values()]) {
      if (instance.appId === appId) this.forget(instance.id);
    }
  }

  close(): void {
    for (const id of [...this.watched.keys()]) this.forget(id);
  }

  private schedule(watched: Watched, delayMs: number): void {
    watched.timer = setTimeout(async () => {
      const result = await ask(watched);
      if (this.watched.get(watched.instance.id) !== watched) return;
      watched.result = result;
      if (result.ready) this.onReady();
      else this.schedule(watched, timerMs(watched.check.intervalSeconds));
    }, delayMs);
  }
}

async function ask({ app, instance, check, result }: Watched): Promise<ReadinessCheckResult> {
  const index = appPorts(app).findIndex((port) => port.name === check.portName);
  const target = portTarget(app, instance, index);
  if (target === undefined) return result;
  try {
    const answer = await askHttp(urlOf(check.protocol, target, check.path), timerMs(check.timeoutSeconds));
    const ready = check.httpStatusCodesForReady.includes(answer.status);
    return { ...result, ready, ...(check.preserveLastResponse ? { lastResponse: answer } : {}) };
  } catch {
    return result;
  }
}
