import type { Settings } from "../settings";
import type { Backend } from "./backend";
import { LoopBackend } from "./loop/loop-backend";

/** The block storage that the settings name. */
export async function openBackend({ loopFolder, slave }: Settings): Promise<Backend> {
  return new LoopBackend(loopFolder, slave);
}
