import type { ErrorDetail } from "@drover/lib/marathon/types";
import { featureDisabled } from "./api-error";
import type { RawApp } from "./app-schema";

/** What an app asks for that `--enable_features` has not switched on. Secrets need a plugin, so they never are. */
export function missingFeatures(app: RawApp, features: ReadonlySet<string>): ErrorDetail[] {
  const volumes = app.container?.volumes ?? [];
  const withExternal = volumes.flatMap((volume, index) =>
    volume.external && !features.has("external_volumes")
      ? [featureDisabled(`/container/volumes(${index})`, "external_volumes")]
      : [],
  );
  const asksForGpus = (app.gpus ?? 0) > 0 && !features.has("gpu_resources");
  const hasSecrets = Object.keys(app.secrets ?? {}).length > 0;
  const hasSecretVolume = volumes.some(({ secret }) => secret !== undefined);
  return [
    ...withExternal,
    ...(asksForGpus ? [featureDisabled("/", "gpu_resources")] : []),
    ...(hasSecrets ? [featureDisabled("/secrets", "secrets")] : []),
    ...(hasSecretVolume ? [featureDisabled("/container/volumes", "secrets")] : []),
    ...(app.container?.docker?.pullConfig === undefined
      ? []
      : [
          app.container.type === "MESOS"
            ? featureDisabled("/container/docker/pullConfig", "secrets")
            : {
                path: "/container/docker/pullConfig",
                errors: ["pullConfig is not supported with Docker containerizer"],
              },
        ]),
    ...secretsInEnvironment("/env", app.env),
  ];
}

/** @param path of the environment */
export function secretsInEnvironment(path: string, env: Record<string, unknown> = {}): ErrorDetail[] {
  const message = "use of secret-references in the environment requires the secrets feature to be enabled";
  return Object.values(env).some((value) => typeof value !== "string") ? [{ path, errors: [message] }] : [];
}
