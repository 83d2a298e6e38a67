import type { PodContainer } from "@drover/lib/marathon/pod-types";
import type { ErrorDetail, Network } from "@drover/lib/marathon/types";
import { constraintProblem } from "./constraint-validation";
import { networkProblems } from "./network-validation";
import { problemsOfAppId } from "./path-id";
import { endpointsOf } from "./pod-request";
import type { UnversionedPod } from "./run-spec";

/** Every rule that concerns one pod alone. */
export function podProblems(spec: UnversionedPod, defaultRole: string): ErrorDetail[] {
  const { id, role, acceptedResourceRoles = [], constraints, pod } = spec;
  const { containers, volumes, networks } = pod;
  const endpoints = endpointsOf(pod);
  const mounts = new Set(containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name)));
  const roles = [...new Set(["*", role])];
  const problems: [wrong: boolean, path: string, message: string][] = [
    ...problemsOfAppId(id).map((message): [boolean, string, string] => [true, "/id", message]),
    [role !== defaultRole, "/role", `got ${role}, expected one of: [${defaultRole}]`],
    [
      acceptedResourceRoles.some((each) => !roles.includes(each)),
      "/acceptedResourceRoles",
      `acceptedResourceRoles can only contain ${roles.join(" and ")}`,
    ],
    [repeats(containers.map(({ name }) => name)), "/containers", "container names must be unique"],
    [repeats(volumes.map(({ name }) => name)), "/volumes", "volume names are unique"],
    [repeats(endpoints.map(({ name }) => name)), "/", "endpoint names are unique"],
    [repeats(fixed(endpoints.map((each) => each.containerPort))), "/", "container ports must be unique"],
    [repeats(fixed(endpoints.map((each) => each.hostPort))), "/", "host ports must be unique"],
    ...volumes.map(({ name }, index): [boolean, string, string] => [
      !mounts.has(name),
      `/volumes(${index})`,
      "volume must be referenced by at least one container",
    ]),
    ...constraints.flatMap((constraint, index): [boolean, string, string][] => {
      const problem = constraintProblem(constraint.map(String));
      return problem === undefined ? [] : [[true, `/scheduling/placement/constraints(${index})`, problem]];
    }),
  ];
  const names = new Set(volumes.map(({ name }) => name));
  return [
    ...problems.filter(([wrong]) => wrong).map(([, path, message]) => ({ path, errors: [message] })),
    ...networkProblems({ networks }),
    ...containers.flatMap((container, index) => containerProblems(`/containers(${index})`, container, networks, names)),
  ];
}

function containerProblems(
  path: string,
  container: PodContainer,
  networks: readonly Network[],
  volumes: ReadonlySet<string>,
): ErrorDetail[] {
  const { endpoints, exec, image, healthCheck, volumeMounts } = container;
  const isHost = networks.some(({ mode }) => mode === "host");
  const isOverlay = networks.some(({ mode }) => mode === "container");
  const problems: [wrong: boolean, path: string, message: string][] = [
    [exec === undefined && image === undefined, "", "must have a command (exec) or an image"],
    ...endpoints.flatMap((endpoint, index): [boolean, string, string][] => {
      const at = `/endpoints(${index})/containerPort`;
      return [
        [isHost && endpoint.containerPort !== undefined, at, "is not allowed when using host-mode networking"],
        [isOverlay && endpoint.containerPort === undefined, at, "is required when using container-mode networking"],
        [
          repeats(endpoint.protocol),
          `/endpoints(${index})/protocol`,
          "Duplicate protocols within the same endpoint are not allowed",
        ],
      ];
    }),
    ...volumeMounts.map(({ name }, index): [boolean, string, string] => [
      !volumes.has(name),
      `/volumeMounts(${index})/name`,
      "Referenced Volume in VolumeMount should exist",
    ]),
    ...(healthCheck
      ? healthCheckProblems(
          healthCheck,
          endpoints.map(({ name }) => name),
        )
      : []),
  ];
  return problems.filter(([wrong]) => wrong).map(([, at, message]) => ({ path: `${path}${at}`, errors: [message] }));
}

function healthCheckProblems(
  check: NonNullable<PodContainer["healthCheck"]>,
  endpoints: readonly string[],
): [boolean, string, string][] {
  const { http, tcp, exec, timeoutSeconds, intervalSeconds } = check;
  const kinds = [http, tcp, exec].filter((kind) => kind !== undefined).length;
  const unknown = "contained in the container endpoints";
  return [
    [kinds !== 1, "/healthCheck", "Only one of http, tcp, or command may be specified"],
    [http !== undefined && !endpoints.includes(http.endpoint), "/healthCheck/http/endpoint", unknown],
    [tcp !== undefined && !endpoints.includes(tcp.endpoint), "/healthCheck/tcp/endpoint", unknown],
    [timeoutSeconds >= intervalSeconds, "/healthCheck/timeoutSeconds", `must be less than ${intervalSeconds}`],
  ];
}

function repeats(values: readonly (string | number)[]): boolean {
  return new Set(values).size < values.length;
}

function fixed(ports: readonly (number | undefined)[]): number[] {
  return ports.filter((port): port is number => port !== undefined && port !== 0);
}
