import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface DoubleAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface DoubleRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

/** A cloud's HTTP side for tests: answers come from a function, faults can be put in before them. */
export class HttpDouble {
  readonly requests: DoubleRequest[] = [];
  private readonly faults: { matches: RegExp; answer: DoubleAnswer | "hang" }[] = [];

  private constructor(private readonly server: Server) {}

  static async open(answer: (request: DoubleRequest) => DoubleAnswer): Promise<HttpDouble> {
    const server = createServer();
    const double = new HttpDouble(server);
    server.on("request", async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const url = new URL(request.url ?? "/", "http://double");
      const seen: DoubleRequest = {
        method: request.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: text === "" ? undefined : JSON.parse(text),
      };
      double.requests.push(seen);
      const index = double.faults.findIndex(({ matches }) => matches.test(`${seen.method} ${seen.path}`));
      const fault = index < 0 ? undefined : double.faults.splice(index, 1)[0]?.answer;
      if (fault === "hang") return;
      const { status, body, headers } = fault ?? answer(seen);
      response.writeHead(status, { "Content-Type": "application/json", ...headers });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The next request that matches `METHOD /path` is answered with this instead. */
  fault(matches: RegExp, answer: DoubleAnswer | "hang"): void {
    this.faults.push({ matches, answer });
  }

  count(matches: RegExp): number {
    return this.requests.filter(({ method, path }) => matches.test(`${method} ${path}`)).length;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
