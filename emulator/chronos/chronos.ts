import { listen } from "@drover/lib/http/server";
import type { Logger } from "@drover/lib/log";
import type { Leadership } from "../framework/leadership";
import { apiListener } from "./api/api-server";
import { Candidate } from "./leader/candidate";
import type { Leader } from "./leader/leader";
import type { Settings } from "./settings";

export interface Chronos {
  port: number;
  /** Leaves the election, so that another leads at once, and stops. Tasks run on. */
  close(): Promise<void>;
}

/**
 * Starts one instance: serves HTTP, takes part in the election and leads when elected. Nothing has to be there yet:
 * ZooKeeper and Mesos are waited for.
 * @throws Error when the port is taken
 */
export async function startChronos(settings: Settings, log: Logger): Promise<Chronos> {
  const leadership: Leadership<Leader> = {};
  const address = `${settings.hostname}:${settings.http_port}`;
  const listener = apiListener({ settings, address, leadership, log });
  const http = await listen(listener, settings.http_port, settings.http_address);
  const candidate = new Candidate({ settings, address, leadership, log });
  candidate.start();
  return {
    port: http.port,
    close: async () => {
      // What is under way is answered by one who still leads.
      await http.close();
      await candidate.close();
    },
  };
}
