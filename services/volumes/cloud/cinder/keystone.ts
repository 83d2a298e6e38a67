import { z } from "zod";
import type { Answer, Call, CloudHttp } from "../http-call";

export interface KeystoneArgs {
  /** For instance https://keystone.example:5000/v3. */
  authUrl: string;
  region?: string;
  /** An application credential, which can be limited and revoked by itself. */
  credentialId: string;
  credentialSecret: string;
}

const token = z.object({
  token: z.object({
    expires_at: z.string(),
    project: z.object({ id: z.string() }).optional(),
    catalog: z.array(
      z.object({
        type: z.string(),
        endpoints: z.array(z.object({ interface: z.string(), region: z.string().nullish(), url: z.string() })),
      }),
    ),
  }),
});

/** Names under which catalogues list a service. */
const serviceTypes = { volume: ["volumev3", "block-storage", "volume"], compute: ["compute"] } as const;
export type Service = keyof typeof serviceTypes;

/** A token is renewed this long before its end. */
const marginMs = 60_000;

/** Calls to OpenStack services by their place in the catalogue, with a token that is renewed in time. */
export class Keystone {
  private current: Promise<{ id: string; expiresMs: number; endpoints: Record<Service, string> }> | undefined;

  constructor(
    private readonly http: CloudHttp,
    private readonly args: KeystoneArgs,
  ) {}

  /** One call. A token that was revoked is replaced once. @param path below the service's endpoint */
  async call(service: Service, path: string, call: Omit<Call, "url">): Promise<Answer> {
    const answer = await this.send(service, path, { ...call, accept: [...(call.accept ?? []), 401] });
    if (answer.status !== 401) return answer;
    this.current = undefined;
    return this.send(service, path, call);
  }

  private async send(service: Service, path: string, call: Omit<Call, "url">): Promise<Answer> {
    const { id, endpoints } = await this.token(call.volume);
    // A page's "next" is a whole address.
    const url = path.startsWith("http") ? path : endpoints[service] + path;
    const shown = `${service} ${path}`;
    return this.http.call({ ...call, url, shown, headers: { ...call.headers, "X-Auth-Token": id } });
  }

  private async token(volume: string) {
    const known = await this.current?.catch(() => undefined);
    if (known && known.expiresMs - marginMs > Date.now()) return known;
    this.current = this.authenticate(volume);
    return this.current;
  }

  private async authenticate(volume: string) {
    const { authUrl, credentialId, credentialSecret } = this.args;
    const { headers, body } = await this.http.call({
      volume,
      method: "POST",
      url: `${authUrl.replace(/\/$/, "")}/auth/tokens`,
      shown: "keystone /auth/tokens",
      body: {
        auth: {
          identity: {
            methods: ["application_credential"],
            application_credential: { id: credentialId, secret: credentialSecret },
          },
        },
      },
    });
    const { expires_at, catalog } = token.parse(body).token;
    const endpoint = (service: Service) => this.endpoint(volume, catalog, service);
    return {
      id: headers.get("x-subject-token") ?? "",
      expiresMs: Date.parse(expires_at),
      endpoints: { volume: endpoint("volume"), compute: endpoint("compute") },
    };
  }

  private endpoint(volume: string, catalog: z.infer<typeof token>["token"]["catalog"], service: Service): string {
    for (const type of serviceTypes[service]) {
      const found = catalog
        .filter((entry) => entry.type === type)
        .flatMap(({ endpoints }) => endpoints)
        .find((at) => at.interface === "public" && (!this.args.region || at.region === this.args.region));
      if (found) return found.url.replace(/\/$/, "");
    }
    const where = this.args.region ? ` in region ${this.args.region}` : "";
    throw this.http.error(volume, "keystone /auth/tokens", `the catalogue has no public ${service} endpoint${where}`);
  }
}
