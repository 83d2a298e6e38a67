import { type Answer, type ConnectionOptions, exchange, type Request } from "./connection";
import { MarathonError, MarathonUnreachable, parseErrorBody } from "./error";
import type { App, AppRequest, Deployment, DeploymentResult, Info, Task } from "./types";

export type AppEmbed =
  | "apps.tasks"
  | "apps.counts"
  | "apps.deployments"
  | "apps.lastTaskFailure"
  | "apps.failures"
  | "apps.taskStats"
  | "apps.readiness";

export interface MarathonClientOptions extends ConnectionOptions {
  /** Silence after which a call is tried at the next address. Default 10,000 ms. */
  timeoutMs?: number;
  /** How one request gets its answer. Default: over the network of this computer. */
  exchange?: (url: URL, request: Request) => Promise<Answer>;
}

interface CallOptions {
  query?: Record<string, string | readonly string[] | undefined>;
  body?: unknown;
}

/** Marathon's REST API over a list of instances: the one that answered last is asked first. */
export class MarathonClient {
  private preferred = 0;

  constructor(readonly options: MarathonClientOptions) {
    if (options.urls.length === 0) throw new Error("MarathonClient needs at least one base URL");
  }

  async apps(embed: readonly AppEmbed[] = []): Promise<App[]> {
    return (await this.call<{ apps: App[] }>("GET", "/v2/apps", { query: { embed } })).apps;
  }

  /** The app, or undefined when there is none with this id. */
  async tryFindApp(id: string, embed: readonly AppEmbed[] = []): Promise<App | undefined> {
    const found = await this.unlessAbsent(this.call<{ app: App }>("GET", appPath(id), { query: { embed } }));
    return found?.app;
  }

  /** Creates an app; MarathonError 409 when it exists. */
  createApp(app: AppRequest & { id: string }): Promise<App> {
    return this.call("POST", "/v2/apps", { body: app });
  }

  /**
   * Creates the app or brings it to this definition.
   * @param replace true: fields left out get their defaults; false: they keep their values.
   */
  putApp(id: string, app: AppRequest, { replace = true, force = false } = {}): Promise<DeploymentResult> {
    const query = { partialUpdate: String(!replace), force: String(force) };
    return this.call("PUT", appPath(id), { query, body: app });
  }

  /** Deletes an app; undefined when there was none. */
  deleteApp(id: string, { force = true } = {}): Promise<DeploymentResult | undefined> {
    return this.unlessAbsent(this.call("DELETE", appPath(id), { query: { force: String(force) } }));
  }

  async tasks(id: string): Promise<Task[]> {
    return (await this.call<{ tasks: Task[] }>("GET", `${appPath(id)}/tasks`)).tasks;
  }

  deployments(): Promise<Deployment[]> {
    return this.call("GET", "/v2/deployments");
  }

  info(): Promise<Info> {
    return this.call("GET", "/v2/info");
  }

  /** `host:port` of the leader, or undefined when there is none. */
  async leader(): Promise<string | undefined> {
    return (await this.unlessAbsent(this.call<{ leader: string }>("GET", "/v2/leader")))?.leader;
  }

  /** Whether any of the instances answers its health check. */
  async ping(): Promise<boolean> {
    try {
      await this.text("GET", "/ping", {});
      return true;
    } catch {
      return false;
    }
  }

  /** Any other call of the API. Throws MarathonError for a 4xx or 5xx, MarathonUnreachable without an answer. */
  async call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    const text = await this.text(method, path, options);
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new Error(`${method} ${path} was answered with something else than JSON: ${text.slice(0, 200)}`);
    }
  }

  /**
   * Tries the addresses in turn. A 502, 503 or 504 says that an instance knows no leader or that the leader cannot answer
   * (yet), so the next one is asked. A POST is repeated only where nothing can have come of it: after a 502, by which a
   * standby has not reached the leader, and a refused connection.
   */
  private async text(method: string, path: string, { query = {}, body }: CallOptions): Promise<string> {
    const { urls, timeoutMs = 10_000 } = this.options;
    const reasons: string[] = [];
    let refusal: MarathonError | undefined;
    for (let tried = 0; tried < urls.length; tried++) {
      const index = (this.preferred + tried) % urls.length;
      const url = urlOf(urls[index] ?? "", path, query);
      try {
        const request = { method, body, timeoutMs };
        const answer = this.options.exchange?.(url, request) ?? exchange(url, this.options, request);
        const { status, body: text } = await answer;
        if (status < 400) {
          this.preferred = index;
          return text;
        }
        const error = new MarathonError(status, parseErrorBody(text), `${method} ${url.host}${path}`);
        const mayBeRepeated = method === "POST" ? status === 502 : [502, 503, 504].includes(status);
        if (!mayBeRepeated) throw error;
        refusal = error;
      } catch (error) {
        if (error instanceof MarathonError) throw error;
        reasons.push(`${url.host}: ${(error as Error).message}`);
        if (method === "POST" && (error as NodeJS.ErrnoException).code !== "ECONNREFUSED") break;
      }
    }
    throw refusal ?? new MarathonUnreachable(`${method} ${path}`, reasons);
  }

  private async unlessAbsent<T>(call: Promise<T>): Promise<T | undefined> {
    try {
      return await call;
    } catch (error) {
      if (error instanceof MarathonError && error.status === 404) return undefined;
      throw error;
    }
  }
}

/** `/v2/apps/a/b` for the app `/a/b`; ids may be given with or without the leading slash. */
function appPath(id: string): string {
  return `/v2/apps/${id.split("/").filter(Boolean).map(encodeURIComponent).join("/")}`;
}

function urlOf(base: string, path: string, query: CallOptions["query"] = {}): URL {
  const url = new URL(base.replace(/\/+$/, "") + path);
  for (const [name, value] of Object.entries(query)) {
    for (const one of typeof value === "string" ? [value] : (value ?? [])) url.searchParams.append(name, one);
  }
  return url;
}
