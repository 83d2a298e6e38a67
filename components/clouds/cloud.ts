import type * as pulumi from "@pulumi/pulumi";
import type { PlannedCore, PlannedMachine } from "../../stacks/environment";

/** A machine that a cloud has made or is making. */
export interface Machine extends PlannedMachine {
  /** The cloud's id of this very instance: another one when the machine is made again. */
  instance: pulumi.Output<string>;
}

export interface CoreMachine extends Machine, PlannedCore {
  role: "core";
}

/** The one place that users reach from outside. */
export interface FrontDoor {
  /** Address that a user's machine connects to. */
  address: string;
  httpPort: number;
  httpsPort: number;
  /** Changes when the front door was made again. */
  instance: pulumi.Output<string>;
}

/** The user data of a machine, when it is known. */
export type UserDataOf<Planned> = (machine: Planned) => pulumi.Input<string>;

/** What every cloud can do. Order: core machines, then the front door in front of them, then slaves. */
export interface Cloud {
  /** Resolvers that machines of this cloud can ask for names outside the cluster. */
  readonly resolvers: readonly string[];
  coreMachines(userData: UserDataOf<PlannedCore>): CoreMachine[];
  frontDoor(core: readonly CoreMachine[]): FrontDoor;
  slaves(userData: UserDataOf<PlannedMachine>): Machine[];
}
