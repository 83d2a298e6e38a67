/** What a task id says: `ct:<due epoch ms>:<attempt>:<job name>:<arguments>`. */
export interface TaskIdParts {
  dueMs: number;
  /** 0 for the first one. */
  attempt: number;
  jobName: string;
  arguments: string;
}

const pattern = /^ct:(\d+):(\d+):([\w.-]+):?(.*)$/s;

/** Mesos refuses longer ids. */
const maxLength = 255;

/**
 * Arguments are part of the id, without `;`. Where Mesos would refuse the id for them (a slash, a control character, too
 * long) they are left out of it.
 */
export function formatTaskId({ dueMs, attempt, jobName, arguments: words }: TaskIdParts): string {
  const plain = `ct:${dueMs}:${attempt}:${jobName}:`;
  const id = plain + words.replaceAll(";", "");
  const isControl = [...id].some((letter) => letter < " " || letter === "\u007f");
  return isControl || id.includes("/") || id.length > maxLength ? plain : id;
}

/** Undefined when it is no task id of Chronos. */
export function parseTaskId(id: string): TaskIdParts | undefined {
  const [, dueMs, attempt, jobName, words = ""] = pattern.exec(id) ?? [];
  if (jobName === undefined) return undefined;
  return { dueMs: Number(dueMs), attempt: Number(attempt), jobName, arguments: words };
}
