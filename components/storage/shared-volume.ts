import * as pulumi from "@pulumi/pulumi";
import { Certificate, GlusterVolume, type Identity } from "../../provider/sdk/resources";
import type { Environment } from "../../stacks/environment";
import type { StorageTls } from "../../templates/storage/glusterd";
import { sharedVolume } from "../../templates/storage/shared-volume";
import type { CoreHost } from "../core/core-service";
import { brickFolder, folderQuotas, poolOptions, replicasOn, storageNames, volumeOptions } from "./volume-rules";

/** Limit of a change of the volume, healing after the loss of a disk included. */
const timeoutSeconds = 1800;

/** The certificate of one side of the shared volume's connections, when the environment asks for TLS. */
export function storageTls(
  side: keyof typeof storageNames,
  environment: Environment,
  identity: Identity,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<StorageTls | undefined> {
  if (!environment.sharedVolume.enabled || !environment.sharedVolume.tls) return pulumi.output(undefined);
  const { caCertificate, caKey } = identity;
  const issued = new Certificate(`storage-${side}`, { caCertificate, caKey, commonName: storageNames[side] }, opts);
  return pulumi
    .all([issued.certificate, issued.key, caCertificate])
    .apply(([certificate, key, authority]) => ({ certificate, key, authority }));
}

/** The shared volume of an environment on its core machines. */
export function makeSharedVolume(
  environment: Environment,
  hosts: readonly CoreHost[],
  opts: pulumi.CustomResourceOptions,
): GlusterVolume {
  return new GlusterVolume(
    sharedVolume.name,
    {
      name: sharedVolume.name,
      brickFolder,
      servers: pulumi.all(hosts.map(({ ssh }) => ssh)),
      replicas: replicasOn(environment.core),
      machineIds: pulumi.all(hosts.map(({ machine }) => machine.instance)),
      options: volumeOptions(environment),
      poolOptions: poolOptions(environment.core),
      quotasGb: folderQuotas(environment.sharedVolume),
      retain: environment.purpose === "production",
      timeoutSeconds,
    },
    { ...opts, dependsOn: hosts.map(({ ready }) => ready), deletedWith: hosts[0]?.machine.resource },
  );
}
