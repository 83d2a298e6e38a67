import type { DomainInfo, DurationInfo, FrameworkInfo, MasterInfo, TimeInfo, Url, Value } from "./common";
import type { Attribute, Resource } from "./resource";
import type { ExecutorInfo, KillPolicy, TaskInfo, TaskStatus } from "./task";

export interface Offer {
  id: Value;
  framework_id: Value;
  agent_id: Value;
  hostname: string;
  url?: Url;
  resources: Resource[];
  attributes?: Attribute[];
  executor_ids?: Value[];
  allocation_info?: { role?: string };
  domain?: DomainInfo;
  /** Planned maintenance of the agent's machine. */
  unavailability?: Unavailability;
}

export interface Unavailability {
  start: TimeInfo;
  /** Absent: without end. */
  duration?: DurationInfo;
}

/** Asks a framework to leave an agent for planned maintenance. */
export interface InverseOffer {
  id: Value;
  url?: Url;
  framework_id: Value;
  agent_id?: Value;
  unavailability: Unavailability;
}

export interface Filters {
  /** Seconds; absent means 5. */
  refuse_seconds?: number;
}

/** What is done with the resources of accepted offers. With an `id` its outcome is told by UPDATE_OPERATION_STATUS. */
export type Operation = { id?: Value } & (
  | { type: "LAUNCH"; launch: { task_infos: TaskInfo[] } }
  | { type: "LAUNCH_GROUP"; launch_group: { executor: ExecutorInfo; task_group: { tasks: TaskInfo[] } } }
  | { type: "RESERVE"; reserve: { resources: Resource[]; source?: Resource[] } }
  | { type: "UNRESERVE"; unreserve: { resources: Resource[] } }
  | { type: "CREATE"; create: { volumes: Resource[] } }
  | { type: "DESTROY"; destroy: { volumes: Resource[] } }
  | { type: "GROW_VOLUME"; grow_volume: { volume: Resource; addition: Resource } }
  | { type: "SHRINK_VOLUME"; shrink_volume: { volume: Resource; subtract: { value: number } } }
);

export interface OperationStatus {
  operation_id?: Value;
  state:
    | "OPERATION_FINISHED"
    | "OPERATION_FAILED"
    | "OPERATION_ERROR"
    | "OPERATION_DROPPED"
    | "OPERATION_UNREACHABLE"
    | "OPERATION_GONE_BY_OPERATOR"
    | "OPERATION_RECOVERING"
    | "OPERATION_UNKNOWN";
  message?: string;
  agent_id?: Value;
  /** Base64 of 16 bytes; present means that the scheduler has to acknowledge it. */
  uuid?: Value;
}

export interface AttributeConstraint {
  selector: { pseudoattribute_type?: "HOSTNAME" | "REGION" | "ZONE"; attribute_name?: string };
  /** Exactly one of these. */
  predicate: {
    exists?: object;
    not_exists?: object;
    text_equals?: { value: string };
    text_not_equals?: { value: string };
    text_matches?: { regex: string };
    text_not_matches?: { regex: string };
  };
}

/** Which agents a role wants offers of: those that meet all constraints of one of its groups. */
export interface OfferConstraints {
  role_constraints?: Record<string, { groups?: { attribute_constraints?: AttributeConstraint[] }[] }>;
}

/** Body of `POST /api/v1/scheduler`. */
export type Call = { framework_id?: Value } & (
  | {
      type: "SUBSCRIBE";
      subscribe: { framework_info: FrameworkInfo; suppressed_roles?: string[]; offer_constraints?: OfferConstraints };
    }
  | { type: "TEARDOWN" }
  | { type: "ACCEPT"; accept: { offer_ids: Value[]; operations?: Operation[]; filters?: Filters } }
  | { type: "DECLINE"; decline: { offer_ids: Value[]; filters?: Filters } }
  | { type: "REVIVE"; revive?: { roles?: string[] } }
  | { type: "SUPPRESS"; suppress?: { roles?: string[] } }
  | { type: "KILL"; kill: { task_id: Value; agent_id?: Value; kill_policy?: KillPolicy } }
  | { type: "SHUTDOWN"; shutdown: { executor_id: Value; agent_id: Value } }
  | { type: "ACKNOWLEDGE"; acknowledge: { agent_id: Value; task_id: Value; uuid: string } }
  | { type: "RECONCILE"; reconcile: { tasks?: { task_id: Value; agent_id?: Value }[] } }
  | { type: "MESSAGE"; message: { agent_id: Value; executor_id: Value; data: string } }
  | { type: "REQUEST"; request: { requests?: unknown[] } }
  | { type: "ACCEPT_INVERSE_OFFERS"; accept_inverse_offers: { inverse_offer_ids?: Value[]; filters?: Filters } }
  | { type: "DECLINE_INVERSE_OFFERS"; decline_inverse_offers: { inverse_offer_ids?: Value[]; filters?: Filters } }
  | {
      type: "ACKNOWLEDGE_OPERATION_STATUS";
      acknowledge_operation_status: { agent_id?: Value; uuid: string; operation_id: Value };
    }
  | {
      type: "RECONCILE_OPERATIONS";
      reconcile_operations: { operations?: { operation_id: Value; agent_id?: Value }[] };
    }
  | {
      type: "UPDATE_FRAMEWORK";
      update_framework: {
        framework_info: FrameworkInfo;
        suppressed_roles?: string[];
        offer_constraints?: OfferConstraints;
      };
    }
);

/** What the master sends on the stream of a subscribed framework. */
export type Event =
  | {
      type: "SUBSCRIBED";
      subscribed: { framework_id: Value; heartbeat_interval_seconds?: number; master_info?: MasterInfo };
    }
  | { type: "OFFERS"; offers: { offers: Offer[] } }
  | { type: "RESCIND"; rescind: { offer_id: Value } }
  | { type: "UPDATE"; update: { status: TaskStatus } }
  | { type: "MESSAGE"; message: { agent_id: Value; executor_id: Value; data: string } }
  | { type: "FAILURE"; failure: { agent_id?: Value; executor_id?: Value; status?: number } }
  | { type: "UPDATE_OPERATION_STATUS"; update_operation_status: { status: OperationStatus } }
  | { type: "INVERSE_OFFERS"; inverse_offers: { inverse_offers: InverseOffer[] } }
  | { type: "RESCIND_INVERSE_OFFER"; rescind_inverse_offer: { inverse_offer_id: Value } }
  | { type: "ERROR"; error: { message: string } }
  | { type: "HEARTBEAT" };
