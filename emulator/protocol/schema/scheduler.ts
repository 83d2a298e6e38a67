import { numbered, type Schema } from "./notation";

/** Names and numbers of mesos.v1.scheduler, with offers and operations. */
export const scheduler: Schema = {
  messages: {
    Offer:
      "id!1:OfferID framework_id!2:FrameworkID agent_id!3:AgentID hostname!4:string resources*5:Resource " +
      "executor_ids*6:ExecutorID attributes*7:Attribute url?8:URL unavailability?9:Unavailability " +
      "allocation_info?10:AllocationInfo domain?11:DomainInfo",
    InverseOffer:
      "id!1:OfferID url?2:URL framework_id!3:FrameworkID agent_id?4:AgentID unavailability!5:Unavailability " +
      "resources*6:Resource",
    OfferOperation:
      "type?1:OperationType launch?2:Launch reserve?3:Reserve unreserve?4:Resources create?5:Volumes " +
      "destroy?6:Volumes launch_group?7:LaunchGroup id?12:OperationID grow_volume?13:GrowVolume " +
      "shrink_volume?14:ShrinkVolume create_disk?15:CreateDisk destroy_disk?16:DestroyDisk",
    Launch: "task_infos*1:TaskInfo",
    LaunchGroup: "executor!1:ExecutorInfo task_group!2:TaskGroupInfo",
    Reserve: "resources*1:Resource source*2:Resource",
    Resources: "resources*1:Resource",
    Volumes: "volumes*1:Resource",
    GrowVolume: "volume!1:Resource addition!2:Resource",
    ShrinkVolume: "volume!1:Resource subtract!2:Scalar",
    CreateDisk: "source!1:Resource target_type!2:DiskSourceType target_profile?3:string",
    DestroyDisk: "source!1:Resource",
    OperationStatus:
      "operation_id?1:OperationID state!2:OperationState message?3:string converted_resources*4:Resource uuid?5:UUID " +
      "agent_id?6:AgentID resource_provider_id?7:ResourceProviderID",
    Operation:
      "framework_id?1:FrameworkID agent_id?2:AgentID info!3:OfferOperation latest_status!4:OperationStatus " +
      "statuses*5:OperationStatus uuid!6:UUID",
    SchedulerCall:
      "framework_id?1:FrameworkID type?2:SchedulerCallType subscribe?3:Subscribe accept?4:Accept decline?5:Decline " +
      "kill?6:Kill shutdown?7:Shutdown acknowledge?8:Acknowledge reconcile?9:Reconcile message?10:Message " +
      "request?11:Request accept_inverse_offers?13:AnswerInverseOffers decline_inverse_offers?14:AnswerInverseOffers " +
      "revive?15:Roles suppress?16:Roles acknowledge_operation_status?17:AcknowledgeOperationStatus " +
      "reconcile_operations?18:ReconcileOperations update_framework?19:UpdateFramework",
    Subscribe: "framework_info!1:FrameworkInfo suppressed_roles*2:string offer_constraints?3:OfferConstraints",
    UpdateFramework: "framework_info!1:FrameworkInfo suppressed_roles*2:string offer_constraints?3:OfferConstraints",
    OfferConstraints: "role_constraints%1:RoleConstraints",
    RoleConstraints: "groups*1:ConstraintGroup",
    ConstraintGroup: "attribute_constraints*1:AttributeConstraint",
    AttributeConstraint: "selector!1:ConstraintSelector predicate!2:ConstraintPredicate",
    ConstraintSelector: "pseudoattribute_type?1:PseudoattributeType attribute_name?2:string",
    ConstraintPredicate:
      "exists?1:Empty not_exists?2:Empty text_equals?3:TextValue text_not_equals?4:TextValue " +
      "text_matches?5:TextRegex text_not_matches?6:TextRegex",
    TextValue: "value!1:string",
    TextRegex: "regex!1:string",
    Accept: "offer_ids*1:OfferID operations*2:OfferOperation filters?3:Filters",
    Decline: "offer_ids*1:OfferID filters?2:Filters",
    AnswerInverseOffers: "inverse_offer_ids*1:OfferID filters?2:Filters",
    Roles: "roles*1:string",
    Kill: "task_id!1:TaskID agent_id?2:AgentID kill_policy?3:KillPolicy",
    Shutdown: "executor_id!1:ExecutorID agent_id!2:AgentID",
    Acknowledge: "agent_id!1:AgentID task_id!2:TaskID uuid!3:bytes",
    AcknowledgeOperationStatus:
      "agent_id?1:AgentID resource_provider_id?2:ResourceProviderID uuid!3:bytes operation_id!4:OperationID",
    Reconcile: "tasks*1:ReconcileTask",
    ReconcileTask: "task_id!1:TaskID agent_id?2:AgentID",
    ReconcileOperations: "operations*1:ReconcileOperation",
    ReconcileOperation: "operation_id!1:OperationID agent_id?2:AgentID resource_provider_id?3:ResourceProviderID",
    Message: "agent_id!1:AgentID executor_id!2:ExecutorID data!3:bytes",
    Request: "requests*1:ResourceRequest",
    ResourceRequest: "agent_id?1:AgentID resources*2:Resource",
    SchedulerEvent:
      "type?1:SchedulerEventType subscribed?2:Subscribed offers?3:Offers rescind?4:Rescind update?5:Update " +
      "message?6:Message failure?7:Failure error?8:ErrorMessage inverse_offers?9:InverseOffers " +
      "rescind_inverse_offer?10:RescindInverseOffer update_operation_status?11:UpdateOperationStatus",
    Subscribed: "framework_id!1:FrameworkID heartbeat_interval_seconds?2:double master_info?3:MasterInfo",
    Offers: "offers*1:Offer",
    InverseOffers: "inverse_offers*1:InverseOffer",
    Rescind: "offer_id!1:OfferID",
    RescindInverseOffer: "inverse_offer_id!1:OfferID",
    Update: "status!1:TaskStatus",
    UpdateOperationStatus: "status!1:OperationStatus",
    Failure: "agent_id?1:AgentID executor_id?2:ExecutorID status?3:int32",
    ErrorMessage: "message!1:string",
  },
  enums: {
    OperationType: {
      ...numbered("UNKNOWN LAUNCH RESERVE UNRESERVE CREATE DESTROY LAUNCH_GROUP"),
      ...numbered("GROW_VOLUME SHRINK_VOLUME CREATE_DISK DESTROY_DISK", 11),
    },
    OperationState: numbered(
      "OPERATION_UNSUPPORTED OPERATION_PENDING OPERATION_FINISHED OPERATION_FAILED OPERATION_ERROR OPERATION_DROPPED " +
        "OPERATION_UNREACHABLE OPERATION_GONE_BY_OPERATOR OPERATION_RECOVERING OPERATION_UNKNOWN",
    ),
    PseudoattributeType: numbered("UNKNOWN HOSTNAME REGION ZONE"),
    SchedulerCallType: numbered(
      "UNKNOWN SUBSCRIBE TEARDOWN ACCEPT DECLINE REVIVE KILL SHUTDOWN ACKNOWLEDGE RECONCILE MESSAGE REQUEST SUPPRESS " +
        "ACCEPT_INVERSE_OFFERS DECLINE_INVERSE_OFFERS ACKNOWLEDGE_OPERATION_STATUS RECONCILE_OPERATIONS " +
        "UPDATE_FRAMEWORK",
    ),
    SchedulerEventType: numbered(
      "UNKNOWN SUBSCRIBED OFFERS RESCIND UPDATE MESSAGE FAILURE ERROR HEARTBEAT INVERSE_OFFERS " +
        "RESCIND_INVERSE_OFFER UPDATE_OPERATION_STATUS",
    ),
  },
};
