import { createConnection } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const ANSWER_LIMIT_MS = 5_000;
const RELOAD_LIMIT_MS = 20_000;

/** HAProxy's master process, spoken to over the socket given by `haproxy -S`. */
export class MasterSocket {
  constructor(private readonly path: string) {}

  /** Sends one command to the current worker and returns its answer without surrounding blanks. */
  worker(command: string): Promise<string> {
    return this.send(`@1 ${command}`);
  }

  /**
   * Has the master read its files again and waits until the new worker is in place. Connections go on undisturbed.
   * @throws Error when the new configuration could not be loaded: the old worker goes on then
   */
  async reload(): Promise<void> {
    const before = parseMaster(await this.send("show proc"));
    await this.send("reload");
    const after = await this.afterReload(before.reloads);
    if (after.failed > before.failed) {
      throw new Error("HAProxy could not load the new configuration and goes on with the old one; its log says why");
    }
  }

  /** Names of the frontends of the current worker. */
  async frontends(): Promise<Set<string>> {
    const table = await this.worker("show stat -1 1 -1");
    const names = table
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split(",")[0] ?? "");
    return new Set(names);
  }

  /** The master replaces itself for a reload and refuses connections for a moment. */
  private async afterReload(reloads: number): Promise<MasterState> {
    const deadline = Date.now() + RELOAD_LIMIT_MS;
    for (;;) {
      const state = await this.send("show proc").then(parseMaster, () => undefined);
      if (state !== undefined && state.reloads > reloads) return state;
      if (Date.now() > deadline) throw new Error(`HAProxy did not finish its reload within ${RELOAD_LIMIT_MS} ms`);
      await pause(50);
    }
  }

  private send(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = "";
      const socket = createConnection(this.path, () => socket.end(`${command}\n`));
      socket.setTimeout(ANSWER_LIMIT_MS, () =>
        socket.destroy(new Error(`HAProxy did not answer '${command}' within ${ANSWER_LIMIT_MS} ms`)),
      );
      socket.setEncoding("utf8");
      socket.on("data", (text) => {
        answer += text;
      });
      socket.on("end", () => resolve(answer.trim()));
      socket.on("error", reject);
    });
  }
}

interface MasterState {
  reloads: number;
  failed: number;
}

/** Reads the master's line of `show proc`: `1 master 3 [failed: 1] …`. */
function parseMaster(processes: string): MasterState {
  const [, reloads, failed] = /\bmaster\s+(\d+)(?:\s+\[failed:\s*(\d+)\])?/.exec(processes) ?? [];
  if (reloads === undefined) {
    throw new Error(`HAProxy's 'show proc' names no master: ${processes.slice(0, 200)}`);
  }
  return { reloads: Number(reloads), failed: Number(failed ?? 0) };
}
