import { type DoubleAnswer, type DoubleRequest, HttpDouble } from "../../test/http-double";

interface Volume {
  id: string;
  name: string;
  status: string;
  size: number;
  volume_type: string;
  encrypted: boolean;
  created_at: string;
  metadata: Record<string, string>;
  attachments: { server_id: string; attachment_id: string; device: string }[];
}

interface Snapshot {
  id: string;
  name: string;
  status: string;
  metadata: Record<string, string>;
}

/**
 * Keystone v3, Cinder v3 and Nova v2.1 as far as volumes go, from the public API references: changes are accepted first
 * and done some reads later; conflicts are refused as the real ones do.
 */
export class OpenStackDouble {
  readonly volumes = new Map<string, Volume>();
  readonly snapshots = new Map<string, Snapshot>();
  /** Volumes or snapshots on one page of a list. */
  pageSize = 100;
  /** Servers that Nova knows; true: it lets go of a disk when asked. */
  readonly servers = new Map<string, boolean>();
  /** How often a volume is read before a change of it is done. */
  slowness = 1;
  allowsForceDetach = true;
  tokens = 0;
  private readonly changes = new Map<string, { reads: number; finish: () => void }>();
  private made = 0;

  private constructor(readonly http: HttpDouble) {}

  static async open(): Promise<OpenStackDouble> {
    let double: OpenStackDouble | undefined;
    const http = await HttpDouble.open((request) => {
      if (!double) throw new Error("asked before it was ready");
      return double.answer(request);
    });
    double = new OpenStackDouble(http);
    return double;
  }

  private answer(request: DoubleRequest): DoubleAnswer {
    const { method, path, headers } = request;
    if (path === "/v3/auth/tokens") return this.token();
    if (headers["x-auth-token"] !== `token-${this.tokens}`)
      return refusal(401, "The request you have made requires authentication.");
    const [, service, ...rest] = path.split("/");
    return service === "volume" ? this.cinder(method, rest, request) : this.nova(method, rest, request);
  }

  private token(): DoubleAnswer {
    this.tokens++;
    const endpoints = (path: string) => [
      { interface: "internal", region: "one", url: "http://internal.invalid" },
      { interface: "public", region: "two", url: "http://elsewhere.invalid" },
      { interface: "public", region: "one", url: `${this.http.url}/${path}` },
    ];
    return {
      status: 201,
      headers: { "X-Subject-Token": `token-${this.tokens}` },
      body: {
        token: {
          expires_at: new Date(Date.now() + 3_600_000).toISOString(),
          catalog: [
            { type: "volumev3", endpoints: endpoints("volume") },
            { type: "compute", endpoints: endpoints("compute") },
          ],
        },
      },
    };
  }

  private cinder(method: string, [kind, id = "", action]: string[], { query, body }: DoubleRequest): DoubleAnswer {
    if (method === "GET" && id === "detail") {
      return kind === "volumes" ? this.list(kind, this.volumes, query) : this.list("snapshots", this.snapshots, query);
    }
    if (kind === "snapshots") return this.snapshot(method, id, body);
    if (method === "POST" && id === "") return this.create((body as { volume: Record<string, unknown> }).volume);
    const volume = this.volumes.get(id);
    if (!volume) return refusal(404, `Volume ${id} could not be found.`);
    if (method === "GET") {
      this.progress(id);
      return this.volumes.has(id) ? { status: 200, body: { volume } } : refusal(404, "gone");
    }
    if (method === "DELETE") {
      if (volume.status !== "available" && !volume.status.startsWith("error")) return refusal(400, "must be available");
      volume.status = "deleting";
      this.later(id, () => this.volumes.delete(id));
      return { status: 202 };
    }
    return action === "action" ? this.act(volume, body as Record<string, Record<string, unknown>>) : refusal(405, "no");
  }

  private list(kind: string, all: Map<string, { name: string }>, query: URLSearchParams): DoubleAnswer {
    const name = query.get("name");
    const found = [...all.values()].filter((one) => name === null || one.name === name);
    const from = Number(query.get("offset"));
    const next = new URLSearchParams({ ...(name === null ? {} : { name }), offset: String(from + this.pageSize) });
    const href = `${this.http.url}/volume/${kind}/detail?${next}`;
    const links = from + this.pageSize < found.length ? { [`${kind}_links`]: [{ rel: "next", href }] } : {};
    return { status: 200, body: { [kind]: found.slice(from, from + this.pageSize), ...links } };
  }

  private snapshot(method: string, id: string, body: unknown): DoubleAnswer {
    if (method === "POST") {
      const { name, metadata } = (body as { snapshot: Snapshot }).snapshot;
      const made = { id: `snapshot-${++this.made}`, name, status: "available", metadata };
      this.snapshots.set(made.id, made);
      return { status: 202, body: { snapshot: made } };
    }
    return this.snapshots.delete(id) ? { status: 202 } : refusal(404, `Snapshot ${id} could not be found.`);
  }

  private create(asked: Record<string, unknown>): DoubleAnswer {
    const id = `0a1b2c3d-0000-4000-8000-${String(++this.made).padStart(12, "0")}`;
    const type = String(asked.volume_type ?? "plain");
    if (type === "none") return refusal(404, "Volume type with name none could not be found.");
    const volume: Volume = {
      id,
      name: String(asked.name),
      status: "creating",
      size: Number(asked.size),
      volume_type: type,
      encrypted: type === "luks",
      created_at: "2026-01-01T00:00:00.000000",
      metadata: asked.metadata as Record<string, string>,
      attachments: [],
    };
    this.volumes.set(id, volume);
    this.later(id, () => {
      volume.status = type === "broken" ? "error" : "available";
    });
    return { status: 202, body: { volume } };
  }

  private act(volume: Volume, body: Record<string, Record<string, unknown>>): DoubleAnswer {
    if (body["os-force_detach"]) {
      if (!this.allowsForceDetach)
        return refusal(403, "Policy doesn't allow volume_extension:volume_admin_actions:force_detach");
      volume.attachments = volume.attachments.filter(
        ({ attachment_id }) => attachment_id !== body["os-force_detach"]?.attachment_id,
      );
      volume.status = "available";
      return { status: 202 };
    }
    volume.status = "extending";
    this.later(volume.id, () => {
      volume.size = Number(body["os-extend"]?.new_size);
      volume.status = volume.attachments.length > 0 ? "in-use" : "available";
    });
    return { status: 202 };
  }

  private nova(method: string, [, server = "", , id = ""]: string[], { body }: DoubleRequest): DoubleAnswer {
    const letsGo = this.servers.get(server);
    if (letsGo === undefined) return refusal(404, `Instance ${server} could not be found.`);
    if (method === "POST") {
      const { volumeId } = (body as { volumeAttachment: { volumeId: string } }).volumeAttachment;
      const volume = this.volumes.get(volumeId);
      if (!volume) return refusal(404, "no volume");
      if (volume.status !== "available") return refusal(400, `status must be available, is ${volume.status}`);
      volume.status = "attaching";
      this.later(volumeId, () => {
        volume.status = "in-use";
        // What libvirt guesses, and is wrong: another disk has this name.
        volume.attachments = [{ server_id: server, attachment_id: `at-${volumeId}`, device: "/dev/vdb" }];
      });
      return {
        status: 200,
        body: { volumeAttachment: { id: volumeId, volumeId, serverId: server, device: "/dev/vdb" } },
      };
    }
    const volume = this.volumes.get(id);
    if (!volume?.attachments.some(({ server_id }) => server_id === server)) return refusal(404, "not attached");
    volume.status = "detaching";
    if (letsGo) {
      this.later(id, () => {
        volume.attachments = [];
        volume.status = "available";
      });
    }
    return { status: 202 };
  }

  private later(id: string, finish: () => void): void {
    this.changes.set(id, { reads: this.slowness, finish });
  }

  private progress(id: string): void {
    const change = this.changes.get(id);
    if (change && change.reads-- <= 0) {
      this.changes.delete(id);
      change.finish();
    }
  }
}

function refusal(code: number, message: string): DoubleAnswer {
  return { status: code, body: { error: { code, message } }, headers: { "x-openstack-request-id": "req-7" } };
}
