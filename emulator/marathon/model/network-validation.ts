import type { AppDefinition, ErrorDetail } from "@drover/lib/marathon/types";
import { isHostNetwork } from "./app-definition";

type Networked = Pick<AppDefinition, "networks" | "portDefinitions" | "container">;

/** Which networks may stand together, and which kind of ports belongs to which. */
export function networkProblems(app: Networked): ErrorDetail[] {
  const { networks, portDefinitions = [], container } = app;
  const mappings = container?.portMappings ?? [];
  const of = (mode: string) => networks.filter((network) => network.mode === mode).length;
  const isHost = isHostNetwork(networks);
  const problems: [wrong: boolean, path: string, message: string][] = [
    [
      networks.length > 1 && networks.length !== of("container"),
      "/networks",
      "May specify a single host network, single bridge network, or else 1-to-n container networks",
    ],
    [
      networks.some(({ mode, name, labels }) => mode === "host" && (name !== undefined || labels !== undefined)),
      "/networks",
      "Host networks may not have names or labels",
    ],
    [
      networks.some(({ mode, name }) => mode === "container/bridge" && name !== undefined),
      "/networks",
      "Bridge networks may not have names",
    ],
    [hasRepeats(networks.flatMap(({ name }) => name ?? [])), "/networks", "Duplicate networks are not allowed"],
    [
      of("container") > 1 && container?.type === "DOCKER",
      "/",
      "may only specify a single container network when using the Docker container engine",
    ],
    [!isHost && portDefinitions.length > 0, "/", "portDefinitions are only allowed with host-networking"],
    [isHost && mappings.length > 0, "/", "portMappings are not allowed with host-networking"],
    [of("none") > 0 && mappings.length > 0, "/container/portMappings", "portMappings need a network"],
  ];
  return [
    ...problems.filter(([wrong]) => wrong).map(([, path, message]) => ({ path, errors: [message] })),
    ...portProblems(
      "/portDefinitions",
      portDefinitions,
      portDefinitions.map(({ port }) => port),
    ),
    ...portProblems(
      "/container/portMappings",
      mappings,
      mappings.map(({ hostPort }) => hostPort ?? 0),
    ),
    ...foreignNetworkNames(app),
  ];
}

function portProblems(path: string, ports: { name?: string }[], fixed: number[]): ErrorDetail[] {
  const errors = [
    ...(hasRepeats(ports.flatMap(({ name }) => name ?? [])) ? ["Port names must be unique."] : []),
    ...(hasRepeats(fixed.filter((port) => port !== 0)) ? ["Ports must be unique."] : []),
  ];
  return errors.length > 0 ? [{ path, errors }] : [];
}

function foreignNetworkNames({ networks, container }: Networked): ErrorDetail[] {
  const names = networks.flatMap(({ name }) => name ?? []);
  return (container?.portMappings ?? []).flatMap(({ networkNames = [], hostPort }, index) => {
    const path = `/container/portMappings(${index})/networkNames`;
    const foreign = networkNames.filter((name) => !names.includes(name));
    if (foreign.length > 0) return [{ path, errors: [`must name networks of the app, not ${foreign.join(", ")}`] }];
    const isVague = names.length > 1 && hostPort !== undefined && networkNames.length !== 1;
    const message =
      "networkNames must be a single item list when hostPort is specified and more than 1 container network is defined";
    return isVague ? [{ path: `/container/portMappings(${index})`, errors: [message] }] : [];
  });
}

function hasRepeats(values: (string | number)[]): boolean {
  return new Set(values).size < values.length;
}
