import { randomUUID } from "node:crypto";
import { underscored } from "../model/path-id";

/** A new instance's id and that of its one task, as Marathon 1.10 writes them. */
export function newTaskId(appId: string): { id: string; taskId: string } {
  const id = `${underscored(appId)}.instance-${randomUUID()}`;
  return { id, taskId: `${id}._app.1` };
}
