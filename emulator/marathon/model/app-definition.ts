import type {
  AppDefinition,
  Container,
  HealthCheck,
  Network,
  PortDefinition,
  PortMapping,
  Residency,
  UnreachableStrategy,
  UpgradeStrategy,
  Volume,
} from "@drover/lib/marathon/types";
import type { NetworkedApp } from "./app-networking";
import type { RawPortMapping, RawVolume } from "./app-schema";
import { absoluteId, parentOf } from "./path-id";
import type { UnversionedApp } from "./run-spec";

export interface AppDefaults {
  /** `--mesos_role` */
  role: string;
}

/** The fields that `update` gives, the rest as they are: what a partial update means. */
export function mergeUpdate(current: AppDefinition, update: NetworkedApp): NetworkedApp {
  const { version: _version, versionInfo: _info, ...kept } = current;
  const merged: NetworkedApp = { ...kept, ...update };
  if (update.networks === undefined) return merged;
  // With the kind of network the place of the ports changes; the old place's are not the update's fault.
  const toHost = isHostNetwork(merged.networks);
  if (!toHost && update.portDefinitions === undefined) delete merged.portDefinitions;
  if (toHost && update.container === undefined && merged.container) {
    const { portMappings: _mappings, ...container } = merged.container;
    merged.container = container;
  }
  return merged;
}

/** Fills in Marathon's defaults. The id is made absolute, dependencies are taken relative to the app's group. */
export function completeApp(id: string, app: NetworkedApp, defaults: AppDefaults): UnversionedApp {
  const networks = app.networks?.length ? app.networks : [{ mode: "host" as const }];
  const isHost = isHostNetwork(networks);
  const container = completeContainer(app, networks);
  const isResident = container?.volumes.some((volume) => "persistent" in volume) ?? false;
  return {
    id,
    ...pick(app, [
      "cmd",
      "args",
      "user",
      "acceptedResourceRoles",
      "taskKillGracePeriodSeconds",
      "resourceLimits",
      "tty",
    ]),
    env: app.env === undefined ? {} : onlyTexts(app.env),
    labels: app.labels ?? {},
    instances: app.instances ?? 1,
    cpus: app.cpus ?? 1,
    mem: app.mem ?? 128,
    disk: app.disk ?? 0,
    gpus: app.gpus ?? 0,
    executor: app.executor ?? "",
    role: app.role ?? defaults.role,
    constraints: app.constraints ?? [],
    fetch: app.fetch ?? [],
    dependencies: (app.dependencies ?? []).map((each) => absoluteId(each, parentOf(id))),
    backoffSeconds: app.backoffSeconds ?? 1,
    backoffFactor: app.backoffFactor ?? 1.15,
    maxLaunchDelaySeconds: app.maxLaunchDelaySeconds ?? 300,
    ...(container ? { container } : {}),
    networks,
    ...(isHost ? { portDefinitions: completePortDefinitions(app.portDefinitions) } : keepWrong(app.portDefinitions)),
    requirePorts: app.requirePorts ?? false,
    healthChecks: (app.healthChecks ?? []).map(completeHealthCheck),
    readinessChecks: app.readinessChecks ?? [],
    upgradeStrategy: completeUpgrade(app.upgradeStrategy, container),
    unreachableStrategy: completeUnreachable(app.unreachableStrategy, isResident),
    ...(isResident || app.residency ? { residency: completeResidency(app.residency) } : {}),
    killSelection: app.killSelection ?? "YOUNGEST_FIRST",
  };
}

export function isHostNetwork(networks: readonly Network[] | undefined): boolean {
  return networks === undefined || networks.length === 0 || networks.some((network) => network.mode === "host");
}

function completeContainer(app: NetworkedApp, networks: Network[]): Container | undefined {
  const raw = app.container;
  if (raw === undefined) {
    // A command task in a container network has port mappings, too.
    return isHostNetwork(networks) ? undefined : { type: "MESOS", volumes: [], ...mappings(undefined, networks) };
  }
  return {
    type: raw.type ?? "DOCKER",
    ...(raw.docker
      ? {
          docker: {
            image: raw.docker.image ?? "",
            privileged: raw.docker.privileged ?? false,
            forcePullImage: raw.docker.forcePullImage ?? false,
            parameters: raw.docker.parameters ?? [],
          },
        }
      : {}),
    volumes: (raw.volumes ?? []).map(completeVolume),
    ...mappings(raw.portMappings, networks),
  };
}

function completeVolume({ containerPath, hostPath, mode, external, persistent }: RawVolume): Volume {
  if (external) return { containerPath, mode: mode ?? "RW", external };
  // A wrong mode is kept for the validation to refuse.
  if (persistent) return { containerPath, mode: (mode ?? "RW") as "RW", persistent };
  return { containerPath, hostPath: hostPath ?? "", mode: mode ?? "RW" };
}

/** `residency` is implied by persistent volumes; these defaults are upstream's. */
function completeResidency(given: NetworkedApp["residency"]): Residency {
  return {
    relaunchEscalationTimeoutSeconds: given?.relaunchEscalationTimeoutSeconds ?? 3600,
    taskLostBehavior: given?.taskLostBehavior ?? "WAIT_FOREVER",
  };
}

function mappings(given: RawPortMapping[] | undefined, networks: Network[]): { portMappings?: PortMapping[] } {
  const isHost = isHostNetwork(networks);
  if (isHost && (given ?? []).length === 0) return {};
  const isBridge = networks.some((network) => network.mode === "container/bridge");
  const isNone = networks.some((network) => network.mode === "none");
  const raw = given ?? (isNone ? [] : [{ containerPort: 0, name: "default" }]);
  const portMappings = raw.map((mapping) => ({
    containerPort: mapping.containerPort ?? 0,
    ...(isBridge || mapping.hostPort !== undefined ? { hostPort: mapping.hostPort ?? 0 } : {}),
    servicePort: mapping.servicePort ?? 0,
    protocol: mapping.protocol ?? ("tcp" as const),
    ...pick(mapping, ["name", "networkNames"]),
    labels: mapping.labels ?? {},
  }));
  return { portMappings };
}

function completePortDefinitions(given: NetworkedApp["portDefinitions"]): PortDefinition[] {
  const raw = given ?? [{ port: 0, name: "default" }];
  return raw.map((each) => ({
    port: each.port ?? 0,
    protocol: each.protocol ?? "tcp",
    ...pick(each, ["name"]),
    labels: each.labels ?? {},
  }));
}

/** Port definitions beside a container network are kept for the validation to refuse. */
function keepWrong(given: NetworkedApp["portDefinitions"]): { portDefinitions?: PortDefinition[] } {
  return given?.length ? { portDefinitions: completePortDefinitions(given) } : {};
}

function completeHealthCheck(check: HealthCheck): HealthCheck {
  const byCommand = check.protocol === "COMMAND";
  const byHttp = check.protocol.endsWith("HTTP") || check.protocol.endsWith("HTTPS");
  const byMesos = byCommand || check.protocol.startsWith("MESOS_");
  return {
    ...check,
    ...(byHttp ? { path: check.path ?? "/" } : {}),
    ...(byHttp && !byMesos ? { ignoreHttp1xx: check.ignoreHttp1xx ?? false } : {}),
    ...(byCommand || check.port !== undefined ? {} : { portIndex: check.portIndex ?? 0 }),
    ...(byMesos ? { delaySeconds: check.delaySeconds ?? 15 } : {}),
    ...(byCommand ? {} : { ipProtocol: check.ipProtocol ?? "IPv4" }),
  };
}

/** With a volume that only one task may use the old task ends before the new one starts. */
function completeUpgrade(given: Partial<UpgradeStrategy> | undefined, container?: Container): UpgradeStrategy {
  const isSingle = container?.volumes.some((volume) => "external" in volume || "persistent" in volume) ?? false;
  return {
    minimumHealthCapacity: given?.minimumHealthCapacity ?? (isSingle ? 0.5 : 1),
    maximumOverCapacity: given?.maximumOverCapacity ?? (isSingle ? 0 : 1),
  };
}

export function completeUnreachable(
  given: NetworkedApp["unreachableStrategy"],
  isResident = false,
): UnreachableStrategy {
  if (given === undefined && isResident) return "disabled";
  if (given === "disabled") return given;
  const inactiveAfterSeconds = given?.inactiveAfterSeconds ?? 0;
  return { inactiveAfterSeconds, expungeAfterSeconds: given?.expungeAfterSeconds ?? inactiveAfterSeconds };
}

function onlyTexts(env: NonNullable<NetworkedApp["env"]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/** The named fields that are there. */
function pick<T extends object, K extends keyof T>(
  from: T,
  keys: readonly K[],
): { [P in K]: Exclude<T[P], undefined> } {
  const given = keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]);
  return Object.fromEntries(given) as { [P in K]: Exclude<T[P], undefined> };
}
