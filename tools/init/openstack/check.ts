import { readFileSync } from "node:fs";
import type { Environment } from "../../../stacks/environment";
import { call, get } from "../http";
import { openStackNeeds } from "../needs";
import { type Finding, quota } from "../report";
import type { OpenStackCredentials } from "./credentials";

/** What Keystone answers with a token. */
interface Token {
  token: {
    project?: { id: string; name: string };
    catalog?: { type: string; endpoints: { interface: string; region_id?: string; url: string }[] }[];
  };
}

/** A session with the project's services. */
class Session {
  constructor(
    private readonly token: string,
    private readonly catalog: NonNullable<Token["token"]["catalog"]>,
    readonly projectId: string,
    private readonly region: string | undefined,
    private readonly ca: string | undefined,
  ) {}

  /** The public endpoint of a service, by any of the types it is known by. */
  endpoint(...types: readonly string[]): string | undefined {
    const service = this.catalog.find(({ type }) => types.includes(type));
    const found = service?.endpoints.find(
      (endpoint) => endpoint.interface === "public" && (!this.region || endpoint.region_id === this.region),
    );
    return found?.url.replace(/\/+$/, "");
  }

  get<Body>(url: string, what: string): Promise<Body> {
    return get<Body>(url, { headers: { "x-auth-token": this.token }, ca: this.ca }, what);
  }
}

async function logIn({ authUrl, auth, region, caFile }: OpenStackCredentials): Promise<Session> {
  const ca = caFile === undefined ? undefined : readFileSync(caFile, "utf8");
  const url = `${authUrl}/v3/auth/tokens`;
  const answer = await call(url, { method: "POST", body: auth, ca });
  if (answer.status !== 201) {
    throw new Error(
      `Keystone refuses the credentials: ${url} answers ${answer.status}. Check user, password and project.`,
    );
  }
  const { token } = answer.body as Token;
  if (!token.project) throw new Error("the credentials are not for a project: name one (OS_PROJECT_NAME)");
  return new Session(String(answer.headers["x-subject-token"]), token.catalog ?? [], token.project.id, region, ca);
}

async function computeFindings(session: Session, environment: Environment): Promise<Finding[]> {
  const nova = session.endpoint("compute");
  if (!nova)
    return [{ what: "compute", ok: false, text: "the project's catalogue has no compute service in this region" }];
  const { flavors } = await session.get<{ flavors: { name: string; vcpus: number; ram: number }[] }>(
    `${nova}/flavors/detail`,
    "flavours cannot be listed",
  );
  const { limits } = await session.get<{ limits: { absolute: Record<string, number> } }>(
    `${nova}/limits`,
    "limits of compute",
  );
  const { absolute } = limits;
  const { machines } = openStackNeeds(environment);
  const sized = machines.map(({ size, count }) => ({ size, count, flavor: flavors.find(({ name }) => name === size) }));
  const sum = (of: (machine: (typeof sized)[number]) => number) =>
    sized.reduce((total, machine) => total + of(machine), 0);
  const against = (what: string, needed: number, used: string, limit: string) =>
    quota(what, needed, absolute[used] ?? 0, absolute[limit] ?? -1);
  return [
    ...sized.flatMap(({ size, flavor }) =>
      flavor
        ? []
        : [{ what: `flavour ${size}`, ok: false, text: "this cloud has none of that name: `openstack flavor list`" }],
    ),
    against(
      "machines",
      sum(({ count }) => count),
      "totalInstancesUsed",
      "maxTotalInstances",
    ),
    against(
      "cores",
      sum(({ count, flavor }) => count * (flavor?.vcpus ?? 0)),
      "totalCoresUsed",
      "maxTotalCores",
    ),
    against(
      "memory in MB",
      sum(({ count, flavor }) => count * (flavor?.ram ?? 0)),
      "totalRAMUsed",
      "maxTotalRAMSize",
    ),
  ];
}

async function volumeFindings(session: Session, environment: Environment): Promise<Finding[]> {
  const cinder = session.endpoint("block-storage", "volumev3");
  if (!cinder)
    return [{ what: "volumes", ok: false, text: "the project's catalogue has no block storage of version 3" }];
  const { limits } = await session.get<{ limits: { absolute: Record<string, number> } }>(
    `${cinder}/limits`,
    "limits of volumes",
  );
  const { volumes, volumesGb } = openStackNeeds(environment);
  const {
    totalVolumesUsed = 0,
    maxTotalVolumes = -1,
    totalGigabytesUsed = 0,
    maxTotalVolumeGigabytes = -1,
  } = limits.absolute;
  const { volume_types: types } = await session.get<{ volume_types: { name: string }[] }>(
    `${cinder}/types`,
    "types of volumes",
  );
  const wanted = environment.openstack?.volumeType;
  return [
    quota("volumes", volumes, totalVolumesUsed, maxTotalVolumes),
    quota("volumes in GB", volumesGb, totalGigabytesUsed, maxTotalVolumeGigabytes),
    ...(wanted === undefined || types.some(({ name }) => name === wanted)
      ? []
      : [
          {
            what: `volume type ${wanted}`,
            ok: false,
            text: `this cloud has ${types.map(({ name }) => name).join(", ")}`,
          },
        ]),
  ];
}

async function networkFindings(session: Session, environment: Environment): Promise<Finding[]> {
  const neutron = session.endpoint("network")?.replace(/\/v2\.0$/, "");
  if (!neutron) return [{ what: "network", ok: false, text: "the project's catalogue has no network service" }];
  const { quota: details } = await session.get<{ quota: Record<string, { used: number; limit: number }> }>(
    `${neutron}/v2.0/quotas/${session.projectId}/details`,
    "quotas of the network",
  );
  const { floatingip = { used: 0, limit: -1 } } = details;
  const external = environment.openstack?.externalNetwork ?? "";
  const { networks } = await session.get<{ networks: object[] }>(
    `${neutron}/v2.0/networks?name=${encodeURIComponent(external)}&router:external=true`,
    "external networks",
  );
  return [
    quota("floating addresses", openStackNeeds(environment).publicAddresses, floatingip.used, floatingip.limit),
    networks.length === 1
      ? { what: "external network", ok: true, text: external }
      : {
          what: "external network",
          ok: false,
          text: `${networks.length} are called ${external}: \`openstack network list --external\``,
        },
  ];
}

async function imageFindings(session: Session, environment: Environment): Promise<Finding[]> {
  const glance = session.endpoint("image")?.replace(/\/v2$/, "");
  const name = environment.openstack?.image ?? "";
  if (!glance) return [{ what: "image", ok: false, text: "the project's catalogue has no image service" }];
  const { images } = await session.get<{ images: object[] }>(
    `${glance}/v2/images?name=${encodeURIComponent(name)}`,
    "images",
  );
  return [
    images.length > 0
      ? { what: "image", ok: true, text: name }
      : { what: "image", ok: false, text: `there is none called ${name}: \`openstack image list\`` },
  ];
}

/**
 * Looks at a project: do the credentials work, are the names known, is there room.
 * @throws Error when the credentials are refused or a service does not answer
 */
export async function checkOpenStack(environment: Environment, credentials: OpenStackCredentials): Promise<Finding[]> {
  const caFile = environment.openstack?.caFile ?? credentials.caFile;
  const session = await logIn({ ...credentials, caFile, region: environment.openstack?.region ?? credentials.region });
  const parts = [computeFindings, volumeFindings, networkFindings, imageFindings];
  const found = await Promise.all(parts.map((part) => part(session, environment)));
  return [{ what: "credentials", ok: true, text: `project ${session.projectId}` }, ...found.flat()];
}
