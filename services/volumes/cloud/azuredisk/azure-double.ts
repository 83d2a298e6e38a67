import { type DoubleAnswer, type DoubleRequest, HttpDouble } from "../../test/http-double";

interface Disk {
  id: string;
  name: string;
  managedBy?: string;
  tags: Record<string, string>;
  sku: { name: string };
  properties: { diskSizeGB: number; diskState: string };
}

export const group = "/subscriptions/s/resourceGroups/g";
const compute = `${group}/providers/Microsoft.Compute`;

/**
 * The metadata service and the disks of Azure Resource Manager, from the public REST reference: changes are accepted
 * with an operation that ends some polls later, and a disk that another machine has is refused.
 */
export class AzureDouble {
  readonly disks = new Map<string, Disk>();
  /** Tags of snapshots by name. */
  readonly snapshots = new Map<string, Record<string, string>>();
  /** Machines by id in lower case: LUN of each disk. */
  readonly machines = new Map<string, Map<string, number>>();
  /** Disks on one page of a list. */
  pageSize = 100;
  /** Polls of an operation until it ends. */
  slowness = 1;
  failure: { code: string; message: string } | undefined;
  readonly detachOptions: (string | undefined)[] = [];
  private readonly operations = new Map<string, { polls: number; finish: () => void }>();
  private begun = 0;

  private constructor(readonly http: HttpDouble) {}

  static async open(): Promise<AzureDouble> {
    let double: AzureDouble | undefined;
    const http = await HttpDouble.open((request) => {
      if (!double) throw new Error("asked before it was ready");
      return double.answer(request);
    });
    double = new AzureDouble(http);
    return double;
  }

  private answer(request: DoubleRequest): DoubleAnswer {
    const { path, headers, query, method } = request;
    if (path === "/identity/oauth2/token") {
      const expires_on = String(Math.floor(Date.now() / 1000) + 3600);
      return headers.metadata === "true"
        ? { status: 200, body: { access_token: `for ${query.get("client_id")}`, expires_on } }
        : refusal(400, "BadRequest", "no Metadata header");
    }
    if (headers.authorization !== "Bearer for me") return refusal(401, "AuthenticationFailed", "no token");
    if (path.startsWith("/operations/")) return this.poll(path);
    if (!query.has("api-version")) return refusal(400, "MissingApiVersionParameter", "api-version is required");
    if (path.toLowerCase().startsWith(`${compute}/disks`.toLowerCase())) return this.disk(method, path, request);
    if (path.startsWith(`${compute}/snapshots/`)) return this.snapshot(method, path, request);
    return this.machine(method, path.toLowerCase(), request);
  }

  private snapshot(method: string, path: string, { body }: DoubleRequest): DoubleAnswer {
    const name = path.split("/")[8] ?? "";
    const tags = this.snapshots.get(name);
    if (method === "PUT") return this.accept(() => this.snapshots.set(name, (body as Disk).tags));
    if (!tags) return refusal(404, "ResourceNotFound", `snapshot ${name} was not found`);
    return method === "GET" ? { status: 200, body: { name, tags } } : this.accept(() => this.snapshots.delete(name));
  }

  private list(query: URLSearchParams): DoubleAnswer {
    const from = Number(query.get("$skiptoken"));
    const next = from + this.pageSize;
    const value = [...this.disks.values()].slice(from, next);
    const nextLink = `${this.http.url}${compute}/disks?api-version=1&$skiptoken=${next}`;
    return { status: 200, body: { value, nextLink: next < this.disks.size ? nextLink : undefined } };
  }

  private disk(method: string, path: string, { body, query }: DoubleRequest): DoubleAnswer {
    const name = path.split("/")[8];
    if (name === undefined) return this.list(query);
    const disk = this.disks.get(name);
    if (method === "PUT") {
      const asked = body as Disk;
      return this.accept(() => {
        const properties = { diskSizeGB: asked.properties.diskSizeGB, diskState: "Unattached" };
        // Answered in another case than it was asked for.
        const id = `${compute.replace("/g/", "/G/")}/disks/${name}`;
        this.disks.set(name, { id, name, tags: asked.tags, sku: asked.sku, properties });
      });
    }
    if (!disk) return refusal(404, "ResourceNotFound", `disk ${name} was not found`);
    if (method === "GET") return { status: 200, body: disk };
    if (method === "PATCH") {
      return this.accept(() => {
        disk.properties.diskSizeGB = (body as Disk).properties.diskSizeGB;
      });
    }
    if (disk.managedBy) return refusal(409, "OperationNotAllowed", `disk ${name} is attached to ${disk.managedBy}`);
    return this.accept(() => this.disks.delete(name));
  }

  private machine(method: string, path: string, { body }: DoubleRequest): DoubleAnswer {
    const id = path.replace(/\/attachdetachdatadisks$/, "");
    const luns = this.machines.get(id);
    if (!luns) return refusal(404, "ResourceNotFound", `${id} was not found`);
    if (method === "GET") {
      const dataDisks = [...luns].map(([name, lun]) => ({ lun, managedDisk: { id: this.disks.get(name)?.id } }));
      return { status: 200, body: { properties: { storageProfile: { dataDisks } } } };
    }
    const { dataDisksToAttach = [], dataDisksToDetach = [] } = body as Record<
      string,
      { diskId: string; detachOption?: string }[]
    >;
    const named = (diskId: string) => [...this.disks.values()].find((disk) => disk.id === diskId);
    for (const { diskId } of dataDisksToAttach) {
      const owner = named(diskId)?.managedBy;
      if (owner) return refusal(409, "AttachDiskWhileBeingDetached", `attached to ${owner}`);
    }
    return this.accept(() => {
      for (const { diskId } of dataDisksToAttach) {
        const disk = named(diskId);
        if (!disk) continue;
        luns.set(disk.name, 3);
        disk.managedBy = id.toUpperCase();
        disk.properties.diskState = "Attached";
      }
      for (const { diskId, detachOption } of dataDisksToDetach) {
        const disk = named(diskId);
        this.detachOptions.push(detachOption);
        if (!disk) continue;
        luns.delete(disk.name);
        disk.managedBy = undefined;
        disk.properties.diskState = "Unattached";
      }
    });
  }

  private accept(finish: () => void): DoubleAnswer {
    const path = `/operations/${++this.begun}`;
    this.operations.set(path, { polls: this.slowness, finish });
    const headers = { "Azure-AsyncOperation": this.http.url + path, "x-ms-request-id": "req-1" };
    return { status: 202, headers };
  }

  private poll(path: string): DoubleAnswer {
    const operation = this.operations.get(path);
    if (!operation) return { status: 200, body: { status: "Succeeded" } };
    if (operation.polls-- > 0) return { status: 200, body: { status: "InProgress" } };
    this.operations.delete(path);
    if (this.failure) return { status: 200, body: { status: "Failed", error: this.failure } };
    operation.finish();
    return { status: 200, body: { status: "Succeeded" } };
  }
}

function refusal(status: number, code: string, message: string): DoubleAnswer {
  return { status, body: { error: { code, message } }, headers: { "x-ms-request-id": "req-2" } };
}
