import type { Parameter } from "@drover/lib/mesos/types";
import type { HostConfig } from "dockerode";

/** Flag `default_container_dns`; the part `mesos` concerns CNI networks, which this agent does not have. */
export interface DefaultContainerDns {
  docker?: {
    network_mode: "BRIDGE" | "HOST" | "USER";
    /** Only for USER; absent means every user network. */
    network_name?: string;
    dns: { nameservers?: string[]; search?: string[]; options?: string[] };
  }[];
}

const DNS_PARAMETERS = new Set(["dns", "dns-search", "dns-opt", "dns-option"]);

/** The name servers of a container: the task's own parameters win over the agent's default for the network. */
export function dnsOptions(
  mode: string,
  parameters: readonly Parameter[],
  defaults: DefaultContainerDns | undefined,
): Pick<HostConfig, "Dns" | "DnsSearch" | "DnsOptions"> {
  if (parameters.some(({ key }) => DNS_PARAMETERS.has(key))) {
    return {};
  }
  const networkMode = mode === "bridge" || mode === "host" ? mode.toUpperCase() : "USER";
  const entry = defaults?.docker?.find(
    (candidate) =>
      candidate.network_mode === networkMode &&
      (networkMode !== "USER" || candidate.network_name === undefined || candidate.network_name === mode),
  );
  if (entry === undefined || mode === "none") {
    return {};
  }
  const { nameservers = [], search = [], options = [] } = entry.dns;
  return { Dns: nameservers, DnsSearch: search, DnsOptions: options };
}
