import { listen } from "@drover/lib/http/server";
import { createLogger } from "@drover/lib/log";
import { Edge } from "./edge";
import { haproxyCheck } from "./haproxy/config-check";
import { Haproxy } from "./haproxy/haproxy";
import { MasterSocket } from "./haproxy/master-socket";
import { RouteFiles } from "./haproxy/route-files";
import { readSettings } from "./settings";
import { Status } from "./status";

/** Polls that may fail before the edge calls itself unhealthy. */
const STALE_POLLS = 3;

async function main(): Promise<void> {
  const log = createLogger("edge");
  try {
    const settings = readSettings(process.env);
    const files = new RouteFiles(settings.routesDir);
    await files.prepare();
    const proxy = new Haproxy(files, new MasterSocket(settings.masterSocket), haproxyCheck(settings.haproxyConfig));
    const status = new Status(settings.pollSeconds * STALE_POLLS);
    const server = await listen(status.router().handle, settings.listen.port, settings.listen.host);
    const edge = new Edge(settings, proxy, status, log);
    edge.start();
    log.info({ domain: settings.domain, marathon: settings.marathonUrls }, "started");
    const stop = async () => {
      await Promise.all([edge.stop(), server.close()]);
      process.exit(0);
    };
    process.once("SIGTERM", () => void stop());
    process.once("SIGINT", () => void stop());
  } catch (error) {
    log.fatal((error as Error).message);
    process.exitCode = 1;
  }
}

void main();
