import type { Credentials } from "@drover/emulator/http/credentials";
import { jsonp } from "@drover/emulator/http/jsonp";
import { upstreamError } from "@drover/emulator/http/upstream-errors";
import { versionInfo } from "@drover/emulator/http/version";
import { empty, HttpError } from "@drover/lib/http/reply";
import { type Context, type Handler, Router } from "@drover/lib/http/router";
import type { Logger } from "@drover/lib/log";
import type { Agent } from "../agent";
import type { SandboxGarbage } from "../garbage";
import { type Identity, pidOf } from "../identity";
import { containerView, sampleContainers, statisticsView } from "./containers-view";
import { type AttachedPaths, sandboxPaths } from "./file-paths";
import { browse, download, read } from "./files";
import { metricsView } from "./metrics-view";
import { answerCall } from "./operator-api";
import { attributesView, CAPABILITIES, frameworkView, resourcesView } from "./state-view";

const PREFIX = "/slave(1)";

export interface AgentApiOptions {
  agent: Agent;
  identity: Identity;
  /** The effective flags as text, without secrets. */
  flags: Record<string, string>;
  garbage: SandboxGarbage;
  /** The file behind `/slave/log`. */
  logFile?: string;
  /** Undefined: nobody has to prove who he is. */
  readonlyCredentials?: Credentials;
  readwriteCredentials?: Credentials;
  isRegistered(): boolean;
  masterHostname(): string | undefined;
  log: Logger;
}

/** The agent's HTTP API with upstream's paths. Answers 503 until {@link ready} is called. */
export class AgentApi {
  readonly router: Router;
  readonly agent: Agent;
  readonly flags: Record<string, string>;
  readonly garbage: SandboxGarbage;
  private recovered = false;

  constructor(private readonly options: AgentApiOptions) {
    this.agent = options.agent;
    this.flags = options.flags;
    this.garbage = options.garbage;
    this.router = new Router({
      onError: upstreamError,
      onFault: (error, { path }) => options.log.error({ path, error }, "a request failed"),
    });
    this.addRoutes();
  }

  /** The agent has recovered. */
  ready(): void {
    this.recovered = true;
  }

  isRegistered(): boolean {
    return this.options.isRegistered();
  }

  /** The paths of the files API. */
  attachedPaths(): AttachedPaths {
    const { frameworks, completedFrameworks } = this.agent.tasks;
    const runs = [...completedFrameworks, ...frameworks.values()].flatMap(({ tasks, completed }) =>
      [...completed, ...tasks.values()].map(({ taskRun }) => taskRun.run),
    );
    const { logFile } = this.options;
    return new Map([...runs.flatMap(sandboxPaths), ...(logFile ? [["/slave/log", logFile] as const] : [])]);
  }

  private addRoutes(): void {
    const files = (serve: (context: Context, attached: AttachedPaths) => ReturnType<Handler>): Handler =>
      this.readonly((context) => serve(context, this.attachedPaths()));
    this.both("/health", () => empty(200));
    this.both("/state", this.readonly(this.whenReady((context) => jsonp(context, this.state()))));
    this.both(
      "/flags",
      this.readonly((context) => jsonp(context, { flags: this.flags })),
    );
    this.both(
      "/monitor/statistics",
      this.readonly(this.whenReady((context) => this.containers(context, statisticsView))),
    );
    this.both("/containers", this.readonly(this.whenReady((context) => this.containers(context, containerView))));
    this.router
      .on("*", "/version", (context) => jsonp(context, versionInfo()))
      .on(
        "*",
        "/metrics/snapshot",
        this.readonly((context) => jsonp(context, this.metrics())),
      )
      .on("*", "/files/browse", files(browse))
      .on("*", "/files/read", files(read))
      .on("*", "/files/download", files(download))
      .on(
        "*",
        "/files/debug",
        this.readonly((context) => jsonp(context, Object.fromEntries(this.attachedPaths()))),
      );
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
      if (!this.recovered) {
        throw new HttpError(503, "Agent has not finished recovery");
      }
      return handler(context);
    };
  }

  private async call(context: Context) {
    this.options.readwriteCredentials?.authenticate(context.request, "mesos-agent-readwrite");
    return answerCall(context, this);
  }

  private containers(context: Context, view: typeof containerView) {
    const wanted = context.query.get("container_id");
    const samples = sampleContainers(this.agent.tasks).filter(
      ({ tracked }) => wanted === null || tracked.taskRun.run.containerId === wanted,
    );
    return jsonp(context, samples.map(view));
  }

  private metrics(): Record<string, number> {
    return metricsView(this.agent, this.garbage, this.isRegistered());
  }

  private state(): Record<string, unknown> {
    const { agent, flags } = this;
    const { identity, logFile } = this.options;
    const { info, tasks } = agent;
    const id = agent.id ?? "";
    const master = this.options.masterHostname();
    return {
      ...versionInfo(),
      start_time: agent.startMs / 1000,
      id,
      pid: pidOf(identity),
      hostname: identity.hostname,
      capabilities: CAPABILITIES,
      ...resourcesView(info.resources ?? [], tasks.all()),
      attributes: attributesView(info.attributes),
      ...(info.domain && { domain: info.domain }),
      ...(master && { master_hostname: master }),
      ...(logFile && { log_dir: flags.log_dir }),
      flags,
      frameworks: [...tasks.frameworks.values()].map((framework) => frameworkView(framework, id)),
      completed_frameworks: tasks.completedFrameworks.map((framework) => frameworkView(framework, id)),
    };
  }
}
