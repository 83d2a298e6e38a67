import type { AppDefinition, ErrorDetail } from "@drover/lib/marathon/types";
import { isHostNetwork } from "./app-definition";

type Networked = Pick<AppDefinition, "networks" | "portDefinitions" | "container">;

/** Which networks may stand together, and which kind of ports belongs to which. */
export function networkProblems(app: Networked): ErrorDetail[] {
  const { networks, portDefinitions = [], container } = app;
  const mappings = container?.portMappings ?? [];
  const of = (mode: string) => networks.filter((network) => network.mode === mode).length;
  const problems: [wrong: boolean, path: string, message: string][] = [
    [networks.length > 1 && of("host") > 0, "/networks", "Host networking cannot be combined with other networks"],
    [networks.length > 1 && of("none") > 0, "/networks", "Network mode none cannot be combined with other networks"],
    [of("container/bridge") > 1, "/networks", "Only one bridge network is allowed"],
    [
      networks.length > 1 && container?.type === "DOCKER",
      "/networks",
      "may only specify a single container network when using the Docker containerizer",
    ],
    [
      !isHostNetwork(networks) && portDefinitions.length > 0,
      "/portDefinitions",
      "portDefinitions are only allowed with host-networking",
    ],
    [
      isHostNetwork(networks) && mappings.length > 0,
      "/container/portMappings",
      "portMappings are not allowed with host-networking",
    ],
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
    return isVague ? [{ path, errors: ["must name one network when the app has several and a host port"] }] : [];
  });
}

function hasRepeats(values: (string | number)[]): boolean {
  return new Set(values).size < values.length;
}
