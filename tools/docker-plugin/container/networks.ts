import type { EndpointsConfig } from "dockerode";
import type { ContainerInputs } from "../schema/container";
import type { NetworkAttachment } from "../schema/container-parts";

type Endpoint = EndpointsConfig[string];

/** How a container gets its networks. */
export interface NetworkPlan {
  /** The network mode: the first network, or a mode such as `host`. */
  mode: string;
  /** The endpoint in the first network. Engines before 25 take one only when a container is created. */
  endpoints: Record<string, Endpoint>;
  /** The MAC address in the first network; engines before 25 take it here. */
  macAddress: string | undefined;
  /** To be connected after the container was created, before it starts. */
  further: { network: string; endpoint: Endpoint }[];
}

/** The engine's built-in modes that are no user-defined network: no address can be asked for. */
const DEFAULT_MODES = new Set(["", "default", "bridge"]);

/**
 * The networks of `networksAdvanced` in the order given. `networkMode: bridge` (the default) gives way to them;
 * the name of a user-defined network comes first and has its settings from the attachment of that name.
 */
export function planNetworks({ networkMode = "bridge", networksAdvanced = [] }: ContainerInputs): NetworkPlan {
  const [first] = networksAdvanced;
  if (first === undefined) return { mode: networkMode, endpoints: {}, macAddress: undefined, further: [] };
  const mode = DEFAULT_MODES.has(networkMode) ? first.name : networkMode;
  const own = networksAdvanced.find(({ name }) => name === mode);
  return {
    mode,
    endpoints: own === undefined ? {} : { [mode]: endpoint(own) },
    macAddress: own?.macAddress,
    further: networksAdvanced
      .filter((attachment) => attachment !== own)
      .map((attachment) => ({ network: attachment.name, endpoint: endpoint(attachment) })),
  };
}

function endpoint(attachment: NetworkAttachment): Endpoint {
  const { aliases, driverOpts, gwPriority, ipv4Address, ipv6Address, linkLocalIps, macAddress } = attachment;
  const ipam = { IPv4Address: ipv4Address, IPv6Address: ipv6Address, LinkLocalIPs: linkLocalIps };
  const settings = {
    IPAMConfig: Object.values(ipam).some((value) => value !== undefined) ? ipam : undefined,
    Aliases: aliases,
    MacAddress: macAddress,
    DriverOpts: driverOpts && Object.fromEntries(driverOpts.map(splitOption)),
    GwPriority: gwPriority,
  };
  // dockerode's type is that of an answer and wants every field.
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as unknown as Endpoint;
}

function splitOption(option: string): [string, string] {
  const at = option.indexOf("=");
  return at < 0 ? [option, ""] : [option.slice(0, at), option.slice(at + 1)];
}
