import { numbered, type Schema } from "./notation";

/** Names and numbers of mesos.v1.master, with quota and maintenance. */
export const master: Schema = {
  messages: {
    MasterCall:
      "type?1:MasterCallType get_metrics?2:GetMetricsCall set_logging_level?3:SetLoggingLevel list_files?4:ListFiles " +
      "read_file?5:ReadFile update_weights?6:Weights reserve_resources?7:ReserveResources " +
      "unreserve_resources?8:AgentResources create_volumes?9:AgentVolumes destroy_volumes?10:AgentVolumes " +
      "update_maintenance_schedule?11:ScheduleHolder start_maintenance?12:Machines stop_maintenance?13:Machines " +
      "set_quota?14:SetQuota remove_quota?15:RemoveQuota teardown?16:Teardown mark_agent_gone?17:AgentCall " +
      "grow_volume?18:AgentGrowVolume shrink_volume?19:AgentShrinkVolume update_quota?20:UpdateQuota " +
      "drain_agent?21:DrainAgent deactivate_agent?22:AgentCall reactivate_agent?23:AgentCall",
    GetMetricsCall: "timeout?1:DurationInfo",
    SetLoggingLevel: "level!1:uint32 duration!2:DurationInfo",
    ListFiles: "path!1:string",
    ReadFile: "path!1:string offset!2:uint64 length?3:uint64",
    Weights: "weight_infos*1:WeightInfo",
    WeightInfo: "weight!1:double role?2:string",
    ReserveResources: "agent_id!1:AgentID resources*2:Resource source*3:Resource",
    AgentResources: "agent_id!1:AgentID resources*2:Resource",
    AgentVolumes: "agent_id!1:AgentID volumes*2:Resource",
    AgentGrowVolume: "agent_id?1:AgentID volume!2:Resource addition!3:Resource",
    AgentShrinkVolume: "agent_id?1:AgentID volume!2:Resource subtract!3:Scalar",
    ScheduleHolder: "schedule!1:MaintenanceSchedule",
    MaintenanceSchedule: "windows*1:MaintenanceWindow",
    MaintenanceWindow: "machine_ids*1:MachineID unavailability!2:Unavailability",
    Machines: "machines*1:MachineID",
    SetQuota: "quota_request!1:QuotaRequest",
    QuotaRequest: "force?1:bool role?2:string guarantee*3:Resource",
    RemoveQuota: "role!1:string",
    UpdateQuota: "force?1:bool quota_configs*2:QuotaConfig",
    QuotaConfig: "role!1:string guarantees%2:Scalar limits%3:Scalar",
    QuotaInfo: "role?1:string principal?2:string guarantee*3:Resource",
    QuotaStatus: "infos*1:QuotaInfo configs*2:QuotaConfig",
    Teardown: "framework_id!1:FrameworkID",
    AgentCall: "agent_id!1:AgentID",
    DrainAgent: "agent_id!1:AgentID max_grace_period?2:Duration mark_gone?3:bool",
    MasterResponse:
      "type?1:MasterResponseType get_health?2:GetHealth get_flags?3:GetFlags get_version?4:GetVersion " +
      "get_metrics?5:GetMetrics get_logging_level?6:GetLoggingLevel list_files?7:FileInfos read_file?8:FileData " +
      "get_state?9:GetState get_agents?10:GetAgents get_frameworks?11:GetFrameworks get_executors?12:GetExecutors " +
      "get_tasks?13:GetTasks get_roles?14:GetRoles get_weights?15:Weights get_master?16:GetMaster " +
      "get_maintenance_status?17:MaintenanceStatusHolder get_maintenance_schedule?18:ScheduleHolder " +
      "get_quota?19:GetQuota get_operations?20:GetOperations",
    GetHealth: "healthy!1:bool",
    GetFlags: "flags*1:Flag",
    GetVersion: "version_info!1:VersionInfo",
    GetMetrics: "metrics*1:Metric",
    GetLoggingLevel: "level!1:uint32",
    FileInfos: "file_infos*1:FileInfo",
    FileData: "size!1:uint64 data!2:bytes",
    GetState: "get_tasks?1:GetTasks get_executors?2:GetExecutors get_frameworks?3:GetFrameworks get_agents?4:GetAgents",
    GetAgents: "agents*1:MasterAgent recovered_agents*2:AgentInfo",
    MasterAgent:
      "agent_info!1:AgentInfo active!2:bool version!3:string pid?4:string registered_time?5:TimeInfo " +
      "reregistered_time?6:TimeInfo total_resources*7:Resource allocated_resources*8:Resource " +
      "offered_resources*9:Resource capabilities*10:AgentCapability deactivated?12:bool drain_info?13:DrainInfo " +
      "estimated_drain_start_time?14:TimeInfo",
    GetFrameworks:
      "frameworks*1:MasterFramework completed_frameworks*2:MasterFramework recovered_frameworks*3:FrameworkInfo",
    MasterFramework:
      "framework_info!1:FrameworkInfo active!2:bool connected!3:bool registered_time?4:TimeInfo " +
      "reregistered_time?5:TimeInfo unregistered_time?6:TimeInfo offers*7:Offer inverse_offers*8:InverseOffer " +
      "allocated_resources*9:Resource offered_resources*10:Resource recovered!11:bool " +
      "offer_constraints?12:OfferConstraints",
    GetExecutors: "executors*1:MasterExecutor orphan_executors*2:MasterExecutor",
    MasterExecutor: "executor_info!1:ExecutorInfo agent_id!2:AgentID",
    GetOperations: "operations*1:Operation",
    GetTasks: "pending_tasks*1:Task tasks*2:Task completed_tasks*3:Task orphan_tasks*4:Task unreachable_tasks*5:Task",
    GetRoles: "roles*1:Role",
    Role: "name!1:string weight!2:double frameworks*3:FrameworkID resources*4:Resource",
    GetMaster: "master_info?1:MasterInfo start_time?2:double elected_time?3:double",
    MaintenanceStatusHolder: "status!1:MaintenanceStatus",
    MaintenanceStatus: "draining_machines*1:DrainingMachine down_machines*2:MachineID",
    DrainingMachine: "id!1:MachineID statuses*2:InverseOfferStatus",
    InverseOfferStatus: "status!1:InverseOfferAnswer framework_id!2:FrameworkID timestamp!3:TimeInfo",
    GetQuota: "status!1:QuotaStatus",
    MasterEvent:
      "type?1:MasterEventType subscribed?2:MasterSubscribed task_added?3:TaskAdded task_updated?4:TaskUpdated " +
      "agent_added?5:AgentAdded agent_removed?6:AgentCall framework_added?7:FrameworkHolder " +
      "framework_updated?8:FrameworkHolder framework_removed?9:FrameworkRemoved",
    MasterSubscribed: "get_state?1:GetState heartbeat_interval_seconds?2:double",
    TaskAdded: "task!1:Task",
    TaskUpdated: "framework_id!1:FrameworkID status!2:TaskStatus state!3:TaskState",
    AgentAdded: "agent!1:MasterAgent",
    FrameworkHolder: "framework!1:MasterFramework",
    FrameworkRemoved: "framework_info!1:FrameworkInfo",
  },
  enums: {
    MasterCallType: numbered(
      "UNKNOWN GET_HEALTH GET_FLAGS GET_VERSION GET_METRICS GET_LOGGING_LEVEL SET_LOGGING_LEVEL LIST_FILES READ_FILE " +
        "GET_STATE GET_AGENTS GET_FRAMEWORKS GET_EXECUTORS GET_TASKS GET_ROLES GET_WEIGHTS UPDATE_WEIGHTS GET_MASTER " +
        "SUBSCRIBE RESERVE_RESOURCES UNRESERVE_RESOURCES CREATE_VOLUMES DESTROY_VOLUMES GET_MAINTENANCE_STATUS " +
        "GET_MAINTENANCE_SCHEDULE UPDATE_MAINTENANCE_SCHEDULE START_MAINTENANCE STOP_MAINTENANCE GET_QUOTA SET_QUOTA " +
        "REMOVE_QUOTA TEARDOWN MARK_AGENT_GONE GET_OPERATIONS GROW_VOLUME SHRINK_VOLUME UPDATE_QUOTA DRAIN_AGENT " +
        "DEACTIVATE_AGENT REACTIVATE_AGENT",
    ),
    MasterResponseType: numbered(
      "UNKNOWN GET_HEALTH GET_FLAGS GET_VERSION GET_METRICS GET_LOGGING_LEVEL LIST_FILES READ_FILE GET_STATE " +
        "GET_AGENTS GET_FRAMEWORKS GET_EXECUTORS GET_TASKS GET_ROLES GET_WEIGHTS GET_MASTER GET_MAINTENANCE_STATUS " +
        "GET_MAINTENANCE_SCHEDULE GET_QUOTA GET_OPERATIONS",
    ),
    MasterEventType: numbered(
      "UNKNOWN SUBSCRIBED TASK_ADDED TASK_UPDATED AGENT_ADDED AGENT_REMOVED FRAMEWORK_ADDED FRAMEWORK_UPDATED " +
        "FRAMEWORK_REMOVED HEARTBEAT",
    ),
    InverseOfferAnswer: numbered("UNKNOWN ACCEPT DECLINE", 1),
  },
};
