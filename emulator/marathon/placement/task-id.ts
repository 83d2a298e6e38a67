import { randomUUID } from "node:crypto";
import { underscored } from "../model/path-id";

/** A new instance's id, as Marathon 1.10 writes it. */
export function newInstanceId(appId: string): string {
  return `${underscored(appId)}.instance-${randomUUID()}`;
}

/**
 * The Mesos task's id. @param container its name in a pod; an app's only one is `_app`
 * @param launch counts from 1: an instance with volumes is launched again and again
 */
export function taskIdOf(instanceId: string, container = "_app", launch = 1): string {
  return `${instanceId}.${container}.${launch}`;
}

/** The number at the end of a task's id. */
export function launchOf(taskId: string): number {
  return Number(taskId.slice(taskId.lastIndexOf(".") + 1)) || 1;
}

/** The instance of a task's id and its app or pod: no id of an app has an underscore in it. Foreign ids are their own. */
export function ownerOf(taskId: string): { instanceId: string; runSpecId: string } {
  const [, path, uuid] = /^(.+)\.(instance-[^.]+)\./.exec(taskId) ?? [];
  if (path === undefined) return { instanceId: taskId, runSpecId: taskId };
  return { instanceId: `${path}.${uuid}`, runSpecId: `/${path.replaceAll("_", "/")}` };
}
