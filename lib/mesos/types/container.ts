import type { Labels } from "./common";

export interface EnvironmentVariable {
  name: string;
  type?: "VALUE" | "SECRET";
  value?: string;
}

export interface CommandInfo {
  /** Absent means true: `value` is run by `/bin/sh -c`. */
  shell?: boolean;
  value?: string;
  arguments?: string[];
  user?: string;
  environment?: { variables: EnvironmentVariable[] };
  uris?: {
    value: string;
    executable?: boolean;
    extract?: boolean;
    cache?: boolean;
    output_file?: string;
  }[];
}

export interface Parameter {
  key: string;
  value: string;
}

export interface PortMapping {
  host_port: number;
  container_port: number;
  protocol?: string;
}

export interface Volume {
  container_path: string;
  host_path?: string;
  mode: "RW" | "RO";
  source?: {
    type: "DOCKER_VOLUME" | "SANDBOX_PATH" | "SECRET" | "HOST_PATH" | "CSI_VOLUME";
    docker_volume?: { driver?: string; name: string; driver_options?: { parameter: Parameter[] } };
    sandbox_path?: { type?: "SELF" | "PARENT"; path: string };
    host_path?: { path: string };
  };
}

export interface NetworkInfo {
  name?: string;
  groups?: string[];
  labels?: Labels;
  ip_addresses?: { protocol?: "IPv4" | "IPv6"; ip_address?: string }[];
  port_mappings?: PortMapping[];
}

export interface ContainerInfo {
  type: "DOCKER" | "MESOS";
  hostname?: string;
  volumes?: Volume[];
  network_infos?: NetworkInfo[];
  docker?: {
    image: string;
    network?: "HOST" | "BRIDGE" | "NONE" | "USER";
    port_mappings?: PortMapping[];
    privileged?: boolean;
    parameters?: Parameter[];
    force_pull_image?: boolean;
    volume_driver?: string;
  };
  mesos?: { image?: { type: "DOCKER" | "APPC"; docker?: { name: string }; cached?: boolean } };
  linux_info?: Record<string, unknown>;
  rlimit_info?: Record<string, unknown>;
  tty_info?: Record<string, unknown>;
}
