import { cpus, release, totalmem } from "node:os";

/** What figures were measured on, and when: the line above every table. */
export function computer(): string {
  const [cpu] = cpus();
  const memoryGb = (totalmem() / 1e9).toFixed(1);
  return `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpu?.model.trim()}), ${memoryGb} GB, Linux ${release()}`;
}
