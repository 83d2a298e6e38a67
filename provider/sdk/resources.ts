import * as pulumi from "@pulumi/pulumi";
import type { BlockVolumeInputs } from "../resources/block-volume";
import type { CertificateInputs, CertificateOutputs } from "../resources/certificate";
import type { ClusterReadyInputs, ClusterReadyOutputs } from "../resources/cluster-ready";
import type { GateInputs } from "../resources/gate";
import type { GlusterVolumeInputs } from "../resources/gluster-volume";
import type { IdentityInputs, IdentityOutputs } from "../resources/identity";
import type { MachineFilesInputs } from "../resources/machine-files";
import type { MachineReadyInputs } from "../resources/machine-ready";
import type { MarathonAppInputs } from "../resources/marathon-app";

/** Every property may be an output. */
type Args<Inputs> = { [Key in keyof Inputs]: pulumi.Input<Inputs[Key]> };

/** Names of outputs must be declared for the SDK to fill them in. */
function withOutputs(args: object, names: readonly string[]): pulumi.Inputs {
  return { ...args, ...Object.fromEntries(names.map((name) => [name, undefined])) };
}

/** The cluster's certificate authority, certificate, SSH key and password. */
export class Identity extends pulumi.CustomResource {
  declare readonly caCertificate: pulumi.Output<IdentityOutputs["caCertificate"]>;
  /** Secret. */
  declare readonly caKey: pulumi.Output<IdentityOutputs["caKey"]>;
  declare readonly serverCertificate: pulumi.Output<IdentityOutputs["serverCertificate"]>;
  /** Secret. */
  declare readonly serverKey: pulumi.Output<IdentityOutputs["serverKey"]>;
  declare readonly sshPublicKey: pulumi.Output<IdentityOutputs["sshPublicKey"]>;
  /** Secret. */
  declare readonly sshPrivateKey: pulumi.Output<IdentityOutputs["sshPrivateKey"]>;
  declare readonly username: pulumi.Output<IdentityOutputs["username"]>;
  /** Secret. */
  declare readonly password: pulumi.Output<IdentityOutputs["password"]>;

  constructor(name: string, args: Args<IdentityInputs>, opts?: pulumi.CustomResourceOptions) {
    const secret = ["caKey", "serverKey", "sshPrivateKey", "password"];
    const open = ["caCertificate", "serverCertificate", "serverNotAfter", "sshPublicKey", "username"];
    super("drover:index:Identity", name, withOutputs(args, [...secret, ...open]), {
      ...opts,
      additionalSecretOutputs: secret,
    });
  }
}

/** A certificate of the cluster's authority, by which its members know each other. */
export class Certificate extends pulumi.CustomResource {
  declare readonly certificate: pulumi.Output<CertificateOutputs["certificate"]>;
  /** Secret. */
  declare readonly key: pulumi.Output<CertificateOutputs["key"]>;

  constructor(name: string, args: Args<CertificateInputs>, opts?: pulumi.CustomResourceOptions) {
    super("drover:index:Certificate", name, withOutputs(args, ["certificate", "key"]), {
      ...opts,
      additionalSecretOutputs: ["key"],
    });
  }
}

/** There when a machine takes connections and has its images. */
export class MachineReady extends pulumi.CustomResource {
  constructor(name: string, args: Args<MachineReadyInputs>, opts?: pulumi.CustomResourceOptions) {
    super("drover:index:MachineReady", name, withOutputs(args, []), opts);
  }
}

/** Secrets that a machine's service reads: brought over SSH, and so in no user data. */
export class MachineFiles extends pulumi.CustomResource {
  constructor(name: string, args: Args<MachineFilesInputs>, opts?: pulumi.CustomResourceOptions) {
    super("drover:index:MachineFiles", name, withOutputs(args, []), opts);
  }
}

/** Holds a change back until the member that was changed before is healthy again. */
export class Gate extends pulumi.CustomResource {
  constructor(name: string, args: Args<GateInputs>, opts?: pulumi.CustomResourceOptions) {
    super("drover:index:Gate", name, withOutputs(args, []), opts);
  }
}

/** There when the whole cluster answers. */
export class ClusterReady extends pulumi.CustomResource {
  declare readonly waitedSeconds: pulumi.Output<ClusterReadyOutputs["waitedSeconds"]>;

  constructor(name: string, args: Args<ClusterReadyInputs>, opts?: pulumi.CustomResourceOptions) {
    super("drover:index:ClusterReady", name, withOutputs(args, ["waitedSeconds"]), opts);
  }
}

/** An app on the cluster's own Marathon; there when its instances are healthy. */
export class MarathonApp extends pulumi.CustomResource {
  constructor(name: string, args: Args<MarathonAppInputs>, opts?: pulumi.CustomResourceOptions) {
    super("drover:index:MarathonApp", name, withOutputs(args, []), opts);
  }
}

/** A block volume that an environment declares: it can grow, and nothing else of it can change. */
export class BlockVolume extends pulumi.CustomResource {
  constructor(name: string, args: Args<BlockVolumeInputs>, opts?: pulumi.CustomResourceOptions) {
    super("drover:index:BlockVolume", name, withOutputs(args, []), opts);
  }
}

/** There when the volume is whole: all servers in the pool, all bricks up, nothing left to heal. */
export class GlusterVolume extends pulumi.CustomResource {
  constructor(name: string, args: Args<GlusterVolumeInputs>, opts?: pulumi.CustomResourceOptions) {
    super("drover:index:GlusterVolume", name, withOutputs(args, []), opts);
  }
}
