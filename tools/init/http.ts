import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";

export interface HttpRequest {
  method?: "GET" | "POST";
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as it is when it is a text. */
  body?: unknown;
  /** Certificate of the authority that signed the server's, when it is not a public one. */
  ca?: string;
}

export interface HttpAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: unknown;
}

const limitMs = 30_000;

/** One HTTP call for JSON. Throws when there is no answer; what the answer's status means is the caller's to say. */
export function call(url: string, { method = "GET", headers = {}, body, ca }: HttpRequest = {}): Promise<HttpAnswer> {
  const request = url.startsWith("https:") ? tlsRequest : plainRequest;
  const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const type = body !== undefined && typeof body !== "string" ? { "content-type": "application/json" } : {};
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method, ca, headers: { accept: "application/json", ...type, ...headers } },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        answer.on("end", () => {
          let parsed: unknown = text;
          try {
            parsed = text === "" ? undefined : JSON.parse(text);
          } catch {
            // An error page: its text is the answer.
          }
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: parsed });
        });
        answer.on("error", reject);
      },
    );
    asked.setTimeout(limitMs, () => asked.destroy(new Error(`no answer in ${limitMs / 1000} s`)));
    asked.on("error", (error) => reject(new Error(`${url} cannot be reached: ${error.message}`)));
    asked.end(sent);
  });
}

/** The body of an answer that must be a success. Throws an error with what the server says. */
export async function get<Body>(url: string, options: HttpRequest, what: string): Promise<Body> {
  const { status, body } = await call(url, options);
  if (status >= 200 && status < 300) return body as Body;
  const said = typeof body === "string" ? body.slice(0, 200) : JSON.stringify(body ?? "").slice(0, 300);
  throw new Error(`${what}: ${url} answers ${status}: ${said}`);
}
