import { createHash } from "node:crypto";

const ZBASE32 = "ybndrfg8ejkmcpqxot1uwisza345h769";

/** First five characters of zbase32(SHA-1(task id)): tells the tasks of one name apart. */
export function taskHash(taskId: string): string {
  const digest = createHash("sha1").update(taskId).digest();
  const bits = [...digest.subarray(0, 4)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return Array.from({ length: 5 }, (_, n) => ZBASE32[Number.parseInt(bits.slice(n * 5, n * 5 + 5), 2)]).join("");
}
