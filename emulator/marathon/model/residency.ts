import { isDeepStrictEqual } from "node:util";
import type { AppDefinition, ErrorDetail, PersistentVolume } from "@drover/lib/marathon/types";
import { appPorts } from "./ports";
import { isPod, type RunSpec, type UnversionedApp } from "./run-spec";

/** Persistent volumes of an app; none for pods, which cannot have any here. */
export function persistentVolumes(spec: Pick<AppDefinition, "container"> | RunSpec): PersistentVolume[] {
  const container = "container" in spec ? spec.container : undefined;
  return (container?.volumes ?? []).filter((volume): volume is PersistentVolume => "persistent" in volume);
}

/** True for what keeps reservations and volumes when its tasks end. */
export function isResident(spec: RunSpec): boolean {
  return !isPod(spec) && persistentVolumes(spec).length > 0;
}

/** Rules for apps with persistent volumes. @param previous the app before the change */
export function residencyProblems(app: UnversionedApp, previous?: AppDefinition): ErrorDetail[] {
  const volumes = (app.container?.volumes ?? []).flatMap((volume, index) =>
    "persistent" in volume ? volumeProblems(`/container/volumes(${index})`, volume) : [],
  );
  const isResidentApp = persistentVolumes(app).length > 0;
  if (!isResidentApp) {
    return app.residency ? [{ path: "/residency", errors: ["needs a persistent volume"] }] : volumes;
  }
  const problems: [wrong: boolean, path: string, message: string][] = [
    [app.role === "*", "/role", "Resident apps cannot have the role *"],
    [
      app.unreachableStrategy !== "disabled",
      "/unreachableStrategy",
      "unreachableStrategy must be disabled for resident tasks",
    ],
    [app.upgradeStrategy.maximumOverCapacity !== 0, "/upgradeStrategy/maximumOverCapacity", "must be equal to 0"],
    ...(previous && isResident(previous) ? changeProblems(app, previous) : []),
  ];
  return [...volumes, ...problems.filter(([wrong]) => wrong).map(([, path, message]) => ({ path, errors: [message] }))];
}

function volumeProblems(path: string, { containerPath, mode, persistent }: PersistentVolume): ErrorDetail[] {
  const { type, size, maxSize, constraints } = persistent;
  const problems: [wrong: boolean, path: string, message: string][] = [
    [size <= 0, "/persistent/size", "must be greater than 0"],
    [maxSize !== undefined && type !== "mount", "/persistent", "Only mount volumes can have maxSize"],
    [maxSize !== undefined && maxSize <= size, "/persistent", "Max size must be larger than size"],
    [type === "root" && constraints.length > 0, "/persistent", "Constraints on root volumes are not supported"],
    [containerPath.includes("/"), "/containerPath", 'value must not contain "/"'],
    [/^\.{1,2}$/.test(containerPath), "/containerPath", "must not be . or .."],
    [mode !== "RW", "/mode", "must be equal to RW"],
  ];
  return problems.filter(([wrong]) => wrong).map(([, at, message]) => ({ path: `${path}${at}`, errors: [message] }));
}

/** What is reserved cannot change with the app. */
function changeProblems(app: UnversionedApp, previous: AppDefinition): [boolean, string, string][] {
  const resources = (["cpus", "mem", "disk", "gpus"] as const).filter((name) => app[name] !== previous[name]);
  const ports = (one: UnversionedApp) => appPorts(one).map(({ hostPort }) => hostPort);
  return [
    [
      !isDeepStrictEqual(persistentVolumes(app), persistentVolumes(previous)),
      "/",
      "Persistent volumes can not be changed!",
    ],
    [resources.length > 0, "/", "Resident Tasks may not change resource requirements!"],
    [!isDeepStrictEqual(ports(app), ports(previous)), "/", "Resident Tasks may not change resource requirements!"],
  ];
}
