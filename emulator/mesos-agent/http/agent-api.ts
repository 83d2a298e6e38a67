import type { Credentials } from "@drover/emulator/http/credentials";
import { jsonp } from "@drover/emulator/http/jsonp";
import { upstreamError } from "@drover/emulator/http/upstream-errors";
import { versionInfo } from "@drover/emulator/http/version";
import { empty, HttpError } from "@drover/lib/http/reply";
import { type Context, type Handler, Router } from "@drover/lib/http/router";
import type { Logger } from "@drover/lib/log";
import { type AgentParts, attachedPaths, stateView } from "./agent-view";
import { containerView, sampleContainers, statisticsView } from "./containers-view";
import type { AttachedPaths } from "./file-paths";
import { browse, download, read } from "./files";
import { metricsView } from "./metrics-view";
import { answerCall } from "./operator-api";

const PREFIX = "/slave(1)";

export interface AgentApiOptions extends AgentParts {
  /** Undefined: nobody has to prove who he is. */
  readonlyCredentials?: Credentials;
  readwriteCredentials?: Credentials;
  log: Logger;
}

/** The agent's HTTP API with upstream's paths. Most of it answers 503 until the agent has recovered. */
export class AgentApi {
  readonly router: Router;

  constructor(private readonly options: AgentApiOptions) {
    this.router = new Router({
      onError: upstreamError,
      onFault: (error, { path }) => options.log.error({ path, error }, "a request failed"),
    });
    this.addRoutes();
  }

  private addRoutes(): void {
    const { options } = this;
    const show = (path: string, view: () => unknown) =>
      this.both(path, this.readonly(this.whenReady((context) => jsonp(context, view()))));
    const alone = (path: string, handler: Handler) => this.router.on("*", path, this.readonly(handler));
    const files = (path: string, serve: (context: Context, attached: AttachedPaths) => ReturnType<Handler>) =>
      alone(path, (context) => serve(context, attachedPaths(options)));
    this.both("/health", () => empty(200));
    show("/state", () => stateView(options));
    this.both(
      "/flags",
      this.readonly((context) => jsonp(context, { flags: options.flags })),
    );
    this.both(
      "/monitor/statistics",
      this.readonly(this.whenReady((context) => this.containers(context, statisticsView))),
    );
    this.both("/containers", this.readonly(this.whenReady((context) => this.containers(context, containerView))));
    this.router.on("*", "/version", (context) => jsonp(context, versionInfo()));
    alone("/metrics/snapshot", (context) => jsonp(context, metricsView(options)));
    files("/files/browse", browse);
    files("/files/read", read);
    files("/files/download", download);
    alone("/files/debug", (context) => jsonp(context, Object.fromEntries(attachedPaths(options))));
    for (const path of ["/api/v1", `${PREFIX}/api/v1`]) {
      this.router.on(
        "POST",
        path,
        this.whenReady((context) => this.call(context)),
      );
    }
  }

  private both(path: string, handler: Handler): void {
    this.router.on("*", path, handler).on("*", PREFIX + path, handler);
  }

  private readonly(handler: Handler): Handler {
    return (context) => {
      this.options.readonlyCredentials?.authenticate(context.request, "mesos-agent-readonly");
      return handler(context);
    };
  }

  private whenReady(handler: Handler): Handler {
    return (context) => {
      if (this.options.recoverySeconds() === undefined) {
        throw new HttpError(503, "Agent has not finished recovery");
      }
      return handler(context);
    };
  }

  private async call(context: Context) {
    this.options.readwriteCredentials?.authenticate(context.request, "mesos-agent-readwrite");
    return answerCall(context, this.options);
  }

  private containers(context: Context, view: typeof containerView) {
    const wanted = context.query.get("container_id");
    const samples = sampleContainers(this.options.agent.tasks).filter(
      ({ executor }) => wanted === null || executor.containerId === wanted,
    );
    return jsonp(context, samples.map(view));
  }
}
