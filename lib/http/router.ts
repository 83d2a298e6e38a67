import type { IncomingMessage, ServerResponse } from "node:http";
import { parseJson, readBody } from "./body";
import { compilePattern } from "./pattern";
import { HttpError, type Reply, text } from "./reply";

/** What a handler gets. */
export interface Context {
  request: IncomingMessage;
  /** For streams and proxies: a handler that writes here returns undefined. */
  response: ServerResponse;
  method: string;
  /** Path without the query, as it was sent. */
  path: string;
  query: URLSearchParams;
  /** Decoded parts of the path, by their names in the pattern. */
  params: Record<string, string>;
  /** Reads the body. @throws HttpError 413 above the router's limit */
  body(): Promise<Buffer>;
  /** Reads and parses a JSON body. @throws HttpError 413, 400 */
  json(): Promise<unknown>;
}

/** No route fits: 404, or 405 with the header Allow. */
export class NoRouteError extends HttpError {}

export type Handler = (context: Context) => Reply | undefined | Promise<Reply | undefined>;

export interface RouterOptions {
  /** Default 1 MiB. */
  bodyLimitBytes?: number;
  /** Makes the answer of an error; default: its message as plain text. */
  onError?: (error: HttpError, context: Context) => Reply;
  /** The answer of an error that is no HttpError; undefined: a fault. */
  translate?: (error: unknown) => HttpError | undefined;
  /** Told of faults, before they are answered with 500. */
  onFault?: (error: unknown, context: Context) => void;
}

interface Route {
  method: string;
  pattern: string;
  match: (path: string) => Record<string, string> | undefined;
  handler: Handler;
}

/** Finds the handler of a request by method and path; the first route that fits is taken. */
export class Router {
  private readonly routes: Route[] = [];

  constructor(private readonly options: RouterOptions = {}) {}

  /** Adds a route; method `*` takes every method, GET also answers HEAD. See {@link compilePattern} for the pattern. */
  on(method: string, pattern: string, handler: Handler): this {
    this.routes.push({ method, pattern, match: compilePattern(pattern), handler });
    return this;
  }

  /** All routes, each as `GET /v2/apps/*id`. */
  list(): string[] {
    return this.routes.map(({ method, pattern }) => `${method} ${pattern}`);
  }

  /** Answers one request; never rejects. Bind it as the listener of a node:http server. */
  readonly handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const context = this.contextOf(request, response);
    try {
      send(response, await this.dispatch(context));
    } catch (error) {
      send(response, this.replyTo(error, context));
    }
  };

  private contextOf(request: IncomingMessage, response: ServerResponse): Context {
    const target = request.url ?? "/";
    const mark = target.indexOf("?");
    const body = () => readBody(request, this.options.bodyLimitBytes ?? 1024 * 1024);
    return {
      request,
      response,
      method: request.method ?? "GET",
      path: mark === -1 ? target : target.slice(0, mark),
      query: new URLSearchParams(mark === -1 ? "" : target.slice(mark + 1)),
      params: {},
      body,
      json: async () => parseJson(await body()),
    };
  }

  private async dispatch(context: Context): Promise<Reply | undefined> {
    const allowed = new Set<string>();
    for (const route of this.routes) {
      const params = route.match(context.path);
      if (params && accepts(route.method, context.method)) {
        return route.handler({ ...context, params });
      }
      if (params) {
        allowed.add(route.method);
      }
    }
    if (allowed.size > 0) {
      const list = [...allowed].join(", ");
      throw new NoRouteError(405, `${context.method} is not allowed here, only ${list}`, { Allow: list });
    }
    throw new NoRouteError(404, `nothing is at ${context.path}`);
  }

  private replyTo(error: unknown, context: Context): Reply {
    const known = error instanceof HttpError ? error : this.options.translate?.(error);
    if (known === undefined) {
      this.options.onFault?.(error, context);
    }
    const answer = known ?? new HttpError(500, "internal error");
    return this.options.onError?.(answer, context) ?? text(answer.message, answer.status, answer.headers);
  }
}

function accepts(route: string, method: string): boolean {
  return route === "*" || route === method || (route === "GET" && method === "HEAD");
}

/** Writes a reply; one that comes after the stream has begun can only end it. */
function send(response: ServerResponse, reply: Reply | undefined): void {
  if (reply === undefined) {
    return;
  }
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const length = Buffer.byteLength(reply.body ?? "");
  const mayHaveBody = reply.status !== 204 && reply.status !== 304;
  response.writeHead(reply.status, { ...(mayHaveBody ? { "Content-Length": length } : {}), ...reply.headers });
  response.end(mayHaveBody ? reply.body : undefined);
}
