import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Config } from "./config";
import type { State } from "./state";

const MAX_REDIRECTS = 3;

/**
 * Reads the state from the leader: asks one master after the other; those that do not lead redirect to it.
 * @param signal ends the attempt
 * @throws Error with each master's reason when none gives a state with a leader
 */
export async function readState(masters: readonly string[], config: Config, signal: AbortSignal): Promise<State> {
  const reasons: string[] = [];
  for (const master of masters) {
    try {
      const url = `${config.tls ? "https" : "http"}://${master}/master/state`;
      const state = JSON.parse(await get(new URL(url), config, signal, MAX_REDIRECTS)) as State;
      if (!state.leader) throw new Error("its state names no leader");
      return state;
    } catch (error) {
      reasons.push(`${master}: ${(error as Error).message}`);
    }
  }
  throw new Error(masters.length === 0 ? "no master is known" : reasons.join("; "));
}

function get(url: URL, config: Config, signal: AbortSignal, redirectsLeft: number): Promise<string> {
  const { credentials, tls, stateTimeoutSeconds } = config;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(stateTimeoutSeconds * 1000)]);
  return new Promise((resolve, reject) => {
    const auth = credentials && `${credentials.principal}:${credentials.secret}`;
    const options = { auth, ...tls, agent: false as const, signal: limited };
    const request = (tls ? httpsRequest : httpRequest)(url, options, (response) => {
      const { statusCode = 0, headers } = response;
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        if (statusCode === 200) resolve(Buffer.concat(chunks).toString("utf8"));
        else if (statusCode === 307 && headers.location && redirectsLeft > 0) {
          get(new URL(headers.location, url), config, signal, redirectsLeft - 1).then(resolve, reject);
        } else reject(new Error(`answered ${statusCode}`));
      });
    });
    request.once("error", reject);
    request.end();
  });
}
