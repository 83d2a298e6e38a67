import type { Logger } from "@drover/lib/log";
import { MarathonClient } from "@drover/lib/marathon/client";
import { EventStream } from "@drover/lib/marathon/event-stream";
import type { Haproxy } from "./haproxy/haproxy";
import { HostAddresses } from "./host-addresses";
import { routeTable } from "./routes/route-table";
import type { AppRoutes, Problem } from "./routes/types";
import type { Settings } from "./settings";
import type { Status } from "./status";

/** Events after which an app's routes may be different. */
const EVENT_TYPES = [
  ...["status_update_event", "health_status_changed_event", "api_post_event"],
  ...["deployment_success", "deployment_failed", "group_change_success"],
];
/** Marathon sends a blank line every 10 s. */
const SILENCE_LIMIT_MS = 25_000;
/** Events come in bursts; one read serves all that arrive within this time. */
const GATHER_MS = 100;
const RETRY_MS = 1_000;

/** Keeps the proxy in line with Marathon: reads all apps afresh after every event that matters, and every poll. */
export class Edge {
  private readonly marathon: MarathonClient;
  private readonly hosts = new HostAddresses();
  private stream: EventStream | undefined;
  private poll: NodeJS.Timeout | undefined;
  private due: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isAskedAgain = false;
  private usable = new Set<string>();
  private reported = new Set<string>();

  constructor(
    private readonly settings: Settings,
    private readonly proxy: Haproxy,
    private readonly status: Status,
    private readonly log: Logger,
  ) {
    this.marathon = new MarathonClient(this.connection());
  }

  start(): void {
    this.stream = new EventStream(
      { ...this.connection(), types: EVENT_TYPES, silenceLimitMs: SILENCE_LIMIT_MS },
      {
        onConnected: (url) => {
          this.log.info({ url }, "follows Marathon's events");
          this.status.stream(true);
          this.ask(0);
        },
        onEvent: () => this.ask(GATHER_MS),
        onDisconnected: (error) => {
          this.log.warn({ reason: error.message }, "lost Marathon's events, tries the next instance");
          this.status.stream(false);
        },
      },
    );
    this.poll = setInterval(() => this.ask(0), this.settings.pollSeconds * 1000);
    this.ask(0);
  }

  /** Ends after the change in hand. */
  async stop(): Promise<void> {
    this.stream?.close();
    clearInterval(this.poll);
    clearTimeout(this.due);
    this.isAskedAgain = false;
    await this.running;
    clearTimeout(this.due);
  }

  private connection() {
    return { urls: this.settings.marathonUrls, credentials: this.settings.marathonCredentials };
  }

  /** One synchronisation at a time; what is asked for meanwhile comes after it. */
  private ask(delayMs: number): void {
    if (this.running) {
      this.isAskedAgain = true;
      return;
    }
    this.due ??= setTimeout(() => {
      this.due = undefined;
      this.running = this.attempt().then((isDone) => {
        this.running = undefined;
        if (!isDone) this.ask(RETRY_MS);
        else if (this.isAskedAgain) this.ask(GATHER_MS);
        this.isAskedAgain = false;
      });
    }, delayMs);
  }

  private async attempt(): Promise<boolean> {
    try {
      await this.synchronise();
      return true;
    } catch (error) {
      this.status.failed(error as Error);
      this.log.error({ reason: (error as Error).message }, "could not bring the proxy in line, tries again");
      return false;
    }
  }

  private async synchronise(): Promise<void> {
    const { role, domain, servicePorts } = this.settings;
    const apps = await this.marathon.apps(["apps.tasks"]);
    await this.hosts.refresh(apps.flatMap((app) => (app.tasks ?? []).map((task) => task.host)));
    const table = routeTable(apps, {
      ...{ role, domain, servicePorts },
      addressOf: (host) => this.hosts.addressOf(host),
      wasUsable: (taskId) => this.usable.has(taskId),
    });
    const { by, problems } = await this.proxy.apply(table.apps);
    this.usable = new Set(serverNames(table.apps));
    const all = [...table.problems, ...problems];
    this.report(all);
    this.status.synced(by, table.apps.length, this.usable.size, all);
    if (by !== "nothing") this.log.info({ by, apps: table.apps.length, servers: this.usable.size }, "proxy in line");
  }

  /** Every problem once, until it is gone. */
  private report(problems: readonly Problem[]): void {
    const texts = new Set<string>();
    for (const { appId, message } of problems) {
      const text = `${appId}: ${message}`;
      texts.add(text);
      if (!this.reported.has(text)) this.log.warn({ app: appId }, message);
    }
    this.reported = texts;
  }
}

function serverNames(apps: readonly AppRoutes[]): string[] {
  return apps.flatMap((app) => app.backends.flatMap((backend) => backend.servers.map((server) => server.name)));
}
