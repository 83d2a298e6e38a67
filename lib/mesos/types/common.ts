import type { Attribute, Resource } from "./resource";

/** Every Mesos id: framework, agent, offer, task, executor, container. Opaque text. */
export interface Value {
  value: string;
}

export interface Label {
  key: string;
  value?: string;
}

export interface Labels {
  labels: Label[];
}

export interface TimeInfo {
  nanoseconds: number;
}

export interface DurationInfo {
  nanoseconds: number;
}

export interface Address {
  hostname?: string;
  ip: string;
  port: number;
}

export interface Url {
  scheme: string;
  address: Address;
  path?: string;
}

export interface MasterInfo {
  id: string;
  /** IPv4 address in network byte order, read as a little-endian number (10.0.0.1 is 16777226). */
  ip: number;
  port: number;
  /** `master@ip:port` */
  pid: string;
  hostname: string;
  version: string;
  address: Address;
  capabilities?: Capability[];
  domain?: DomainInfo;
}

export interface DomainInfo {
  fault_domain?: { region: { name: string }; zone: { name: string } };
}

export interface Capability {
  type: string;
}

export interface FrameworkInfo {
  user: string;
  name: string;
  id?: Value;
  /** Seconds a disconnected framework keeps its tasks; absent means 0. */
  failover_timeout?: number;
  checkpoint?: boolean;
  role?: string;
  roles?: string[];
  hostname?: string;
  principal?: string;
  webui_url?: string;
  capabilities?: Capability[];
  labels?: Labels;
  /** By role: offers have to hold one of the alternatives. */
  offer_filters?: Record<
    string,
    { min_allocatable_resources?: { quantities?: { quantities?: Record<string, { value: number }> }[] } }
  >;
}

export interface AgentInfo {
  hostname: string;
  port?: number;
  resources?: Resource[];
  attributes?: Attribute[];
  id?: Value;
  domain?: DomainInfo;
}
