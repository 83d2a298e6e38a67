import { join } from "node:path";
import { freePort } from "@drover/lib/test/port";
import { ServerProcess } from "@drover/lib/test/server-process";
import { bundle } from "../../../tools/images/bundle";
import { ChronosApi } from "./chronos-api";

/** Chronos as images get it: one file for plain node. */
export async function bundleChronos(directory: string): Promise<string> {
  await bundle({ chronos: join(__dirname, "../main.ts") }, directory);
  return join(directory, "chronos.cjs");
}

/** A Chronos in a process of its own. */
export class ChronosProcess extends ChronosApi {
  private constructor(readonly process: ServerProcess) {
    super(process.url);
  }

  /** Starts an instance on a free port; flags without their dashes. */
  static async start(bundle: string, flags: Record<string, string>): Promise<ChronosProcess> {
    const port = await freePort();
    const all = { hostname: "127.0.0.1", http_address: "127.0.0.1", ...flags };
    const words = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
    return new ChronosProcess(new ServerProcess("Chronos", port, [bundle, ...words], { PORT0: String(port) }));
  }
}
