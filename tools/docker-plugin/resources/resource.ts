import type { Connection } from "../host/docker-host";
import type { Failure } from "../schema/check";
import type { Properties } from "../schema/types";
import type { Severity } from "../server/engine-log";
import { UNKNOWN, type Values } from "../server/values";

/** What an operation on one resource may use. */
export interface Operation {
  urn: string;
  connection: Connection;
  /** The engine's address, for messages. */
  host: string;
  /** Aborted when the run is cancelled or the operation's time is over. */
  signal: AbortSignal;
  /** Shows a message to the user beside the resource. */
  log(severity: Severity, message: string): void;
}

/** A resource as the engine has it: `inputs` as the program would write them to get it, `outputs` with all that is known of it. */
export interface State<Inputs> {
  id: string;
  inputs: Inputs;
  outputs: object;
}

/** One resource type. Inputs have been checked against the table when they arrive here. */
export interface ResourceType<Inputs extends object = object> {
  inputs: Properties;
  /** Inputs that no program gives, such as a digest of the files that other inputs name. */
  derived?: Properties;
  /** `name` is made up when it is not given. */
  autoNamed: boolean;
  /** A replacement is made only after the old one was deleted, whatever the name. */
  neverTwice?: boolean;
  /** Outputs that are unknown until the resource is made, unless they are inputs too and are given. */
  computed: readonly string[];
  /** What is wrong with inputs that the table finds right. Called only when all of them are known. */
  check?(inputs: Inputs): Failure[];
  /** Adds to the inputs the `derived` ones, which are compared with the next run's; or says what is wrong with what they are derived from. */
  complete?(inputs: Values): Promise<Values | Failure[]>;
  /** True when a change, although an update by the table, can only be made by a replacement. */
  mustReplace?(name: string, news: Inputs): boolean;
  create(operation: Operation, inputs: Inputs): Promise<State<Inputs>>;
  /** Undefined when the resource is gone. `previous` are the outputs in Pulumi's state; inputs are empty when there is no state yet. */
  read(operation: Operation, id: string, inputs: Inputs, previous: object): Promise<State<Inputs> | undefined>;
  /** Present when the table has inputs whose change is an update. Returns the outputs. */
  update?(operation: Operation, id: string, olds: Inputs, news: Inputs): Promise<object>;
  /** No error when the resource is gone already. */
  delete(operation: Operation, id: string, state: Inputs): Promise<void>;
}

/** The resource was made, but is not in the state that was asked for; the engine keeps it and tries again by an update. */
export class NotReady extends Error {
  constructor(
    message: string,
    readonly state: { id: string; outputs: object },
  ) {
    super(message);
  }
}

/** Outputs of a preview: the inputs, and every computed property unknown that is not given. */
export function previewOutputs(inputs: Values, computed: readonly string[]): Values {
  return { ...Object.fromEntries(computed.map((name) => [name, UNKNOWN])), ...inputs };
}
