import { request as plainRequest } from "node:http";
import { Agent, type RequestOptions, request } from "node:https";
import type { Outputs } from "../../../tools/system/stack";

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface Question {
  method?: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Send the cluster's user and password. */
  password?: boolean;
  /** Default 10. */
  limitSeconds?: number;
}

/** The way users go into a cluster: HTTPS at 127.0.0.1, the cluster's certificate, host names below its domain. */
export class FrontDoor {
  readonly domain: string;
  readonly httpsPort: number;

  constructor(private readonly outputs: Outputs) {
    const url = new URL(outputs.endpoints.frontDoor ?? "");
    this.domain = url.hostname;
    this.httpsPort = Number(url.port);
  }

  /** `name.<domain>`, the host of an alias or an app. */
  host(name: string): string {
    return `${name}.${this.domain}`;
  }

  /** One request on a connection of its own; the certificate must be the cluster's and for that host. */
  ask(name: string, path: string, question: Question = {}): Promise<Answer> {
    const { username, password } = this.outputs.credentials;
    const host = this.host(name);
    const headers: Record<string, string> = { host: `${host}:${this.httpsPort}` };
    if (question.body !== undefined) headers["content-type"] = "application/json";
    return answer(request, question, {
      host: "127.0.0.1",
      port: this.httpsPort,
      path,
      headers,
      servername: host,
      ca: this.outputs.caCertificate,
      agent: new Agent({ keepAlive: false }),
      ...(question.password ? { auth: `${username}:${password}` } : {}),
    });
  }

  /** One request without TLS. */
  askPlain(name: string, path: string, httpPort: number): Promise<Answer> {
    const headers = { host: `${this.host(name)}:${httpPort}` };
    return answer(plainRequest, {}, { host: "127.0.0.1", port: httpPort, path, headers });
  }

  /** Asks Marathon, with the password, and gives the body. Throws for any status of 400 and more. */
  async marathon<T>(path: string, question: Question = {}): Promise<T> {
    return this.api("marathon", path, question);
  }

  /** Asks the leading Mesos master, with the password. */
  async mesos<T>(path: string): Promise<T> {
    return this.api("mesos", path, {});
  }

  private async api<T>(name: string, path: string, question: Question): Promise<T> {
    const { status, body } = await this.ask(name, path, { ...question, password: true });
    if (status >= 400) throw new Error(`${question.method ?? "GET"} ${name} ${path} is answered ${status}: ${body}`);
    return JSON.parse(body) as T;
  }
}

function answer(
  send: (
    options: RequestOptions,
    then: (response: import("node:http").IncomingMessage) => void,
  ) => import("node:http").ClientRequest,
  { method = "GET", body, limitSeconds = 10 }: Question,
  options: RequestOptions,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = send({ ...options, method }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      response.on("error", reject);
    });
    asked.setTimeout(limitSeconds * 1000, () => asked.destroy(new Error(`no answer in ${limitSeconds} s`)));
    asked.on("error", reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
