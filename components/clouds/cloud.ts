import type * as pulumi from "@pulumi/pulumi";
import type { PlannedCore, PlannedMachine, PlannedSlave } from "../../stacks/environment";
import type { MachineFile } from "../../templates/cloud-init/user-data";
import type { LocalSetUp } from "../images";
import type { PlannedVolume } from "./block-volume-rules";

/** A machine that a cloud has made or is making. */
export interface Machine extends PlannedMachine {
  /** The cloud's id of this very instance: another one when the machine is made again. */
  instance: pulumi.Output<string>;
}

export interface CoreMachine extends Machine, PlannedCore {
  role: "core";
  /** What goes with it need not be removed one by one. */
  resource: pulumi.Resource;
}

/** What a service of every slave reads and user data must not hold, since the metadata service shows that to anybody there. */
export interface SlaveSecrets {
  /** Content by path. */
  files: pulumi.Input<Record<string, string>>;
  /** The systemd unit that reads them. */
  unit: string;
}

/** The slaves of all pools. */
export interface Slaves {
  /** Those that the cloud makes one by one; members of a scale set come and go without the program. */
  machines: readonly Machine[];
  /** How many there are to be. */
  number: number;
  /** Changes when slaves were made again or there are more or fewer. */
  instances: readonly pulumi.Output<string>[];
  /** What `machines` are given once they are there. */
  secrets?: SlaveSecrets;
}

/** The machine that SSH jumps through, where machines have no address outside. */
export interface Bastion {
  hostname: string;
  address: pulumi.Output<string>;
  instance: pulumi.Output<string>;
}

/** The one place that users reach from outside. */
export interface FrontDoor {
  /** Address that a user's machine connects to. */
  address: pulumi.Input<string>;
  httpPort: number;
  httpsPort: number;
  /** Changes when the front door was made again. */
  instance: pulumi.Output<string>;
}

/** What a cloud adds to a machine's user data. */
export interface MachineParts {
  /** False on machines that run no containers. Default: true. */
  engine?: boolean;
  /** A resolver outside the cluster, asked when those inside do not answer yet. Default: none. */
  fallbackResolver?: string;
  /** Where the data disk may appear, by a name that does not depend on the order of disks. Default: no disk. */
  dataDisk?: readonly string[];
  /** What the volume driver of a slave must know of the cloud. */
  volumesEnv?: Readonly<Record<string, string>>;
  /** Debian packages. */
  packages?: readonly string[];
  files?: readonly MachineFile[];
  /** systemd units by name. */
  units?: Readonly<Record<string, string>>;
}

/** Both together; of what only one may say, the second's word counts. */
export function withParts(first: MachineParts = {}, second: MachineParts = {}): MachineParts {
  return {
    ...first,
    ...second,
    packages: [...(first.packages ?? []), ...(second.packages ?? [])],
    files: [...(first.files ?? []), ...(second.files ?? [])],
    units: { ...first.units, ...second.units },
  };
}

/** What machines are made from. */
export interface Recipe<Planned> {
  /** Public half of the cluster's SSH key, in authorized_keys form. */
  sshPublicKey: pulumi.Output<string>;
  userData(machine: Planned, parts?: MachineParts): pulumi.Output<string>;
}

/** What every cloud can do. Order: images, core machines, the front door in front of them, block volumes, then slaves. */
export interface Cloud {
  /** Resolvers that machines of this cloud can ask for names outside the cluster. */
  readonly resolvers: readonly string[];
  /** True when slave number n has the name and address that the environment plans, and so may be in DNS. */
  readonly plansSlaves: boolean;
  /** Brings images that were built on this computer to where machines get them, and gives the references they have there. */
  publish(local: LocalSetUp, images: readonly string[]): LocalSetUp;
  bastion(recipe: Recipe<{ hostname: string }>): Bastion | undefined;
  coreMachines(recipe: Recipe<PlannedCore>): CoreMachine[];
  /** Makes a declared block volume so that the volume driver of the slaves finds it by its name. */
  blockVolume(volume: PlannedVolume): void;
  frontDoor(core: readonly CoreMachine[]): FrontDoor;
  slaves(recipe: Recipe<PlannedSlave>): Slaves;
}
