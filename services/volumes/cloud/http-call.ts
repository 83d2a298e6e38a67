import { setTimeout as delay } from "node:timers/promises";
import { CloudError } from "./cloud-error";

/** How patient calls are, in milliseconds; the defaults suit real clouds. */
export interface Pace {
  /** For one answer. */
  answerLimitMs: number;
  /** For a change to be finished: creating, attaching, detaching. */
  changeLimitMs: number;
  /** Between two looks or tries; grows by a fifth each time up to ten times as long. */
  firstPauseMs: number;
}

export const usualPace: Pace = { answerLimitMs: 30_000, changeLimitMs: 100_000, firstPauseMs: 1_000 };

const tries = 6;
const growth = 1.2;

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON; undefined when there is none. */
  body: unknown;
  requestId?: string;
}

export interface Call {
  volume: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: string;
  /** Stands in errors instead of the address. */
  shown?: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** Statuses that are no error beside 2xx. */
  accept?: readonly number[];
}

/** HTTP to a cloud from one slave: every call has a time limit, and is tried again where that can do no harm. */
export class CloudHttp {
  constructor(
    readonly slave: string,
    readonly pace: Pace = usualPace,
  ) {}

  /**
   * One call. Tries again after 429 and 503, which say that nothing was done, and, for methods that may be repeated,
   * after other 5xx and failed connections; waits as long as Retry-After asks for.
   * @throws CloudError with the cloud's own words
   */
  async call(call: Call): Promise<Answer> {
    let pauseMs = this.pace.firstPauseMs;
    for (let left = tries - 1; ; left--) {
      const outcome = await this.once(call);
      const again =
        outcome instanceof CloudError
          ? call.method !== "POST"
          : outcome.status === 429 || outcome.status === 503 || (outcome.status >= 500 && call.method !== "POST");
      if (!(outcome instanceof CloudError) && (outcome.status < 300 || call.accept?.includes(outcome.status))) {
        return outcome;
      }
      if (!again || left === 0) throw outcome instanceof CloudError ? outcome : this.refusal(call, outcome);
      const asked = outcome instanceof CloudError ? 0 : Number(outcome.headers.get("retry-after")) * 1000;
      await delay(asked > 0 ? Math.min(asked, this.pace.changeLimitMs) : pauseMs);
      pauseMs *= 2;
    }
  }

  /** Looks again and again until `look` gives something. @throws CloudError that says what was last seen */
  async until<T>(volume: string, what: string, look: () => Promise<T | undefined>, seen: () => string): Promise<T> {
    const end = Date.now() + this.pace.changeLimitMs;
    let pauseMs = this.pace.firstPauseMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() + pauseMs > end) {
        const detail = `not so after ${this.pace.changeLimitMs} ms; last seen: ${seen()}`;
        throw new CloudError({ volume, slave: this.slave, call: `wait for ${what}` }, detail);
      }
      await delay(pauseMs);
      pauseMs = Math.min(pauseMs * growth, 10 * this.pace.firstPauseMs);
    }
  }

  error(volume: string, call: string, detail: string): CloudError {
    return new CloudError({ volume, slave: this.slave, call }, detail);
  }

  private async once(call: Call): Promise<Answer | CloudError> {
    try {
      const response = await fetch(call.url, {
        method: call.method,
        headers: {
          Accept: "application/json",
          ...(call.body ? { "Content-Type": "application/json" } : {}),
          ...call.headers,
        },
        body: call.body === undefined ? undefined : JSON.stringify(call.body),
        signal: AbortSignal.timeout(this.pace.answerLimitMs),
        redirect: "error",
      });
      const text = await response.text();
      const { status, headers } = response;
      const requestId =
        headers.get("x-openstack-request-id") ?? headers.get("x-ms-request-id") ?? headers.get("x-compute-request-id");
      return { status, headers, body: parsed(text), requestId: requestId ?? undefined };
    } catch (error) {
      const { message, cause } = error as Error;
      return new CloudError(this.context(call), cause instanceof Error ? `${message}: ${cause.message}` : message);
    }
  }

  private refusal(call: Call, { status, body, requestId }: Answer): CloudError {
    return new CloudError(this.context(call), JSON.stringify(body)?.slice(0, 500) ?? "no body", status, requestId);
  }

  private context({ volume, method, url, shown }: Call) {
    return { volume, slave: this.slave, call: `${method} ${shown ?? new URL(url).pathname}` };
  }
}

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
