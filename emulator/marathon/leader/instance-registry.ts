import type { Instance } from "../model/instance";

/** All tasks that have not ended, found by their ids and by their apps. */
export class InstanceRegistry {
  private readonly byId = new Map<string, Instance>();
  private readonly byTask = new Map<string, Instance>();
  private readonly byApp = new Map<string, Map<string, Instance>>();

  put(instance: Instance): void {
    this.byId.set(instance.id, instance);
    this.byTask.set(instance.taskId, instance);
    const siblings = this.byApp.get(instance.appId) ?? new Map<string, Instance>();
    this.byApp.set(instance.appId, siblings.set(instance.id, instance));
  }

  remove(instance: Instance): void {
    this.byId.delete(instance.id);
    this.byTask.delete(instance.taskId);
    const siblings = this.byApp.get(instance.appId);
    siblings?.delete(instance.id);
    if (siblings?.size === 0) this.byApp.delete(instance.appId);
  }

  get(id: string): Instance | undefined {
    return this.byId.get(id);
  }

  withTask(taskId: string): Instance | undefined {
    return this.byTask.get(taskId);
  }

  ofApp(appId: string): Instance[] {
    return [...(this.byApp.get(appId)?.values() ?? [])];
  }

  all(): Instance[] {
    return [...this.byId.values()];
  }

  /** Apps that have tasks, wanted or not. */
  appIds(): string[] {
    return [...this.byApp.keys()];
  }
}
