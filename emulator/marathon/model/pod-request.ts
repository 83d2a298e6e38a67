import type { Endpoint, Pod, PodContainer, PodVolume, Resources } from "@drover/lib/marathon/pod-types";
import type { Constraint, ErrorDetail, HealthCheck } from "@drover/lib/marathon/types";
import { featureDisabled, refuseInvalid, unsupported } from "./api-error";
import { completeUnreachable } from "./app-definition";
import { namedNetwork } from "./app-networking";
import type { AppRequestRules } from "./app-request";
import { secretsInEnvironment } from "./features";
import { checkShape } from "./json-shape";
import { absoluteId } from "./path-id";
import { podSchema, type RawPod } from "./pod-schema";
import type { UnversionedPod } from "./run-spec";

/** What the executor of a pod takes for itself. */
const defaultExecutor: Resources = { cpus: 0.1, mem: 32, disk: 10, gpus: 0 };

/** Reads a pod and fills in the defaults. @param base group that a relative id belongs to @throws ApiError 422 */
export function readPod(body: unknown, rules: AppRequestRules, base = "/"): UnversionedPod {
  return completePod(checkShape(podSchema, body), rules, base);
}

/** @throws ApiError 422 for what is not done here */
export function completePod(raw: RawPod, rules: AppRequestRules, base: string): UnversionedPod {
  refuseInvalid(refusals(raw, rules.features));
  const { backoff = {}, upgrade = {}, placement, killSelection, unreachableStrategy } = raw.scheduling ?? {};
  const networks = raw.networks.map((each) => namedNetwork(each, rules.defaultNetworkName));
  const containers = raw.containers.map(completeContainer);
  const roles = placement?.acceptedResourceRoles ?? [];
  return {
    id: absoluteId(raw.id, base),
    instances: raw.scaling?.instances ?? 1,
    role: raw.role ?? rules.role,
    dependencies: [],
    constraints: (placement?.constraints ?? []).map(
      ({ fieldName, operator, value }): Constraint => (value ? [fieldName, operator, value] : [fieldName, operator]),
    ),
    ...(roles.length > 0 ? { acceptedResourceRoles: roles } : {}),
    backoffSeconds: backoff.backoff ?? 1,
    backoffFactor: backoff.backoffFactor ?? 1.15,
    maxLaunchDelaySeconds: backoff.maxLaunchDelay ?? 300,
    upgradeStrategy: {
      minimumHealthCapacity: upgrade.minimumHealthCapacity ?? 1,
      maximumOverCapacity: upgrade.maximumOverCapacity ?? 1,
    },
    unreachableStrategy: completeUnreachable(unreachableStrategy),
    killSelection: killSelection ?? "YOUNGEST_FIRST",
    healthChecks: containers.flatMap(({ healthCheck }) => (healthCheck ? [asAppCheck(healthCheck)] : [])),
    readinessChecks: [],
    pod: {
      labels: raw.labels,
      ...(raw.user === undefined ? {} : { user: raw.user }),
      environment: onlyTexts(raw.environment),
      containers,
      volumes: raw.volumes.map(({ name, host }): PodVolume => (host === undefined ? { name } : { name, host })),
      networks: networks.length > 0 ? networks : [{ mode: "host" }],
      executorResources: { ...defaultExecutor, ...raw.executorResources },
    },
  };
}

function completeContainer({ image, environment, ...rest }: RawPod["containers"][number]): PodContainer {
  const { linuxInfo: _linuxInfo, ...container } = rest;
  if (image === undefined) return { ...container, environment: onlyTexts(environment) };
  const { pullConfig: _pullConfig, ...kept } = image;
  return { ...container, environment: onlyTexts(environment), image: kept };
}

/** The limits of a container's check in the form of an app's: what health of tasks is judged by. */
function asAppCheck(check: NonNullable<PodContainer["healthCheck"]>): HealthCheck {
  const { http, tcp, exec: _exec, ...times } = check;
  return { ...times, protocol: http ? "MESOS_HTTP" : tcp ? "MESOS_TCP" : "COMMAND" };
}

function refusals(raw: RawPod, features: ReadonlySet<string>): ErrorDetail[] {
  const asksForGpus = raw.containers.some(({ resources }) => resources.gpus > 0);
  return [
    ...(Object.keys(raw.secrets ?? {}).length > 0 ? [featureDisabled("/secrets", "secrets")] : []),
    ...secretsInEnvironment("/environment", raw.environment),
    ...(asksForGpus && !features.has("gpu_resources") ? [featureDisabled("/containers", "gpu_resources")] : []),
    ...(raw.linuxInfo === undefined ? [] : [unsupported("/linuxInfo", "Linux settings of a pod are")]),
    ...(raw.legacySharedCgroups ? [unsupported("/legacySharedCgroups", "shared cgroups are")] : []),
    ...raw.containers.flatMap((container, index) => [
      ...secretsInEnvironment(`/containers(${index})/environment`, container.environment),
      ...(container.image?.pullConfig === undefined
        ? []
        : [featureDisabled(`/containers(${index})/image/pullConfig`, "secrets")]),
      ...(container.linuxInfo === undefined
        ? []
        : [unsupported(`/containers(${index})/linuxInfo`, "Linux settings of a container are")]),
    ]),
    ...raw.volumes.flatMap(({ secret, persistent }, index) => [
      ...(secret === undefined ? [] : [featureDisabled(`/volumes(${index})`, "secrets")]),
      ...(persistent === undefined
        ? []
        : [unsupported(`/volumes(${index})/persistent`, "persistent volumes of pods are")]),
    ]),
  ];
}

/** Every endpoint of a pod's containers, in the order of its host ports. */
export function endpointsOf({ containers }: Pick<Pod, "containers">): Endpoint[] {
  return containers.flatMap(({ endpoints }) => endpoints);
}

function onlyTexts(given: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
