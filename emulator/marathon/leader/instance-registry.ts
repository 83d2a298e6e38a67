import { type Instance, taskIdsOf } from "../model/instance";

/** All instances that have not ended, found by their ids, by their tasks and by their apps. */
export class InstanceRegistry {
  private readonly byId = new Map<string, Instance>();
  private readonly byTask = new Map<string, Instance>();
  private readonly byApp = new Map<string, Map<string, Instance>>();

  put(instance: Instance): void {
    const former = this.byId.get(instance.id);
    if (former && former.taskId !== instance.taskId) for (const id of taskIdsOf(former)) this.byTask.delete(id);
    this.byId.set(instance.id, instance);
    for (const id of taskIdsOf(instance)) this.byTask.set(id, instance);
    const siblings = this.byApp.get(instance.appId) ?? new Map<string, Instance>();
    this.byApp.set(instance.appId, siblings.set(instance.id, instance));
  }

  remove(instance: Instance): void {
    this.byId.delete(instance.id);
    for (const id of taskIdsOf(instance)) this.byTask.delete(id);
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

  /** Those of an app that hold volumes for a task to come. */
  reservedOf(appId: string): Instance[] {
    return this.ofApp(appId).filter(({ state }) => state === "RESERVED");
  }

  all(): Instance[] {
    return [...this.byId.values()];
  }

  /** Apps that have tasks, wanted or not. */
  appIds(): string[] {
    return [...this.byApp.keys()];
  }
}
