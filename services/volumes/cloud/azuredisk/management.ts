import { z } from "zod";
import type { Answer, Call, CloudHttp } from "../http-call";

/** Azure's metadata service, which every virtual machine reaches. */
const metadataUrl = "http://169.254.169.254/metadata";

/** A token is renewed this long before its end. */
const marginMs = 60_000;

export interface ManagementArgs {
  /** For instance https://management.azure.com. */
  url: string;
  metadata?: string;
  /** Client id of the managed identity, where the machine has several. */
  clientId?: string;
}

const tokenShape = z.object({ access_token: z.string(), expires_on: z.coerce.number() });

const operation = z.object({
  status: z.string(),
  error: z.object({ code: z.string(), message: z.string() }).nullish(),
});

/** Azure Resource Manager as the machine's managed identity; changes that take long are followed to their end. */
export class Management {
  private token: { value: string; expiresMs: number } | undefined;

  constructor(
    private readonly http: CloudHttp,
    private readonly args: ManagementArgs,
  ) {}

  /** One call. @param path resource id with its query, or a whole address */
  async call(path: string, call: Omit<Call, "url">): Promise<Answer> {
    const answer = await this.send(path, { ...call, accept: [...(call.accept ?? []), 401] });
    if (answer.status !== 401) return answer;
    this.token = undefined;
    return this.send(path, call);
  }

  /** One change, and its end. @throws CloudError with Azure's own words when the operation fails */
  async change(path: string, call: Omit<Call, "url">): Promise<Answer> {
    const first = await this.call(path, call);
    const status = first.headers.get("azure-asyncoperation");
    const location = first.headers.get("location");
    const what = `${call.method} ${path.split("?")[0]}`;
    let seen = "not begun";
    if (status) {
      await this.http.until(
        call.volume,
        what,
        async () => {
          const { body, requestId } = await this.call(status, {
            volume: call.volume,
            method: "GET",
            shown: "operation",
          });
          const { status: state, error } = operation.parse(body);
          seen = state;
          if (state === "Succeeded") return true;
          if (state === "Failed" || state === "Canceled") {
            const detail = error ? `${error.code}: ${error.message}` : "no reason given";
            throw this.http.error(call.volume, what, `${state}, request ${requestId ?? first.requestId}: ${detail}`);
          }
          return undefined;
        },
        () => seen,
      );
    } else if (first.status === 202 && location) {
      await this.http.until(
        call.volume,
        what,
        async () => {
          const answer = await this.call(location, { volume: call.volume, method: "GET", shown: "operation" });
          seen = `status ${answer.status}`;
          return answer.status !== 202 || undefined;
        },
        () => seen,
      );
    }
    return first;
  }

  private async send(path: string, call: Omit<Call, "url">): Promise<Answer> {
    const url = path.startsWith("http") ? path : this.args.url + path;
    const authorization = `Bearer ${await this.bearer(call.volume)}`;
    return this.http.call({ ...call, url, headers: { ...call.headers, Authorization: authorization } });
  }

  private async bearer(volume: string): Promise<string> {
    if (this.token && this.token.expiresMs - marginMs > Date.now()) return this.token.value;
    const { url, clientId, metadata = metadataUrl } = this.args;
    const query = new URLSearchParams({ "api-version": "2018-02-01", resource: url });
    if (clientId) query.set("client_id", clientId);
    const { body } = await this.http.call({
      volume,
      method: "GET",
      url: `${metadata}/identity/oauth2/token?${query}`,
      headers: { Metadata: "true" },
    });
    const { access_token, expires_on } = tokenShape.parse(body);
    this.token = { value: access_token, expiresMs: expires_on * 1000 };
    return access_token;
  }
}

/** What the metadata service says about this machine. */
export interface OwnMachine {
  /** Resource id: of a virtual machine, or of an instance of a scale set. */
  id: string;
  location: string;
  /** Empty in a region without zones. */
  zone: string;
  /** `/subscriptions/…/resourceGroups/…`. */
  group: string;
}

const compute = z.object({
  resourceId: z.string(),
  location: z.string(),
  zone: z.string().default(""),
  subscriptionId: z.string(),
  resourceGroupName: z.string(),
});

/** Asks the metadata service about this machine. */
export async function ownMachine(http: CloudHttp, metadata: string = metadataUrl): Promise<OwnMachine> {
  const { body } = await http.call({
    volume: "-",
    method: "GET",
    url: `${metadata}/instance/compute?api-version=2021-02-01`,
    headers: { Metadata: "true" },
  });
  const { resourceId, location, zone, subscriptionId, resourceGroupName } = compute.parse(body);
  return {
    id: resourceId,
    location,
    zone,
    group: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}`,
  };
}
