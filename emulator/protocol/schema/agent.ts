import { numbered, type Schema } from "./notation";

/** Names and numbers of mesos.v1.agent. */
export const agent: Schema = {
  messages: {
    AgentOperatorCall:
      "type?1:AgentCallType get_metrics?2:GetMetricsCall set_logging_level?3:SetLoggingLevel list_files?4:ListFiles " +
      "read_file?5:ReadFile launch_nested_container?6:NestedContainer wait_nested_container?7:ContainerCall " +
      "kill_nested_container?8:KillContainer launch_nested_container_session?9:NestedContainer " +
      "attach_container_input?10:AttachInput attach_container_output?11:ContainerCall " +
      "remove_nested_container?12:ContainerCall launch_container?13:LaunchContainer wait_container?14:ContainerCall " +
      "kill_container?15:KillContainer remove_container?16:ContainerCall " +
      "add_resource_provider_config?17:ResourceProviderConfig update_resource_provider_config?18:ResourceProviderConfig " +
      "remove_resource_provider_config?19:ResourceProviderName get_containers?20:GetContainersCall " +
      "prune_images?21:PruneImages mark_resource_provider_gone?22:ResourceProviderGone",
    ContainerCall: "container_id!1:ContainerID",
    NestedContainer: "container_id!1:ContainerID command?2:CommandInfo container?3:ContainerInfo",
    LaunchContainer: "container_id!1:ContainerID command?2:CommandInfo resources*3:Resource container?4:ContainerInfo",
    KillContainer: "container_id!1:ContainerID signal?2:int32",
    AttachInput: "type?1:AttachInputType container_id?2:ContainerID process_io?3:ProcessIO",
    ResourceProviderConfig: "info!1:ResourceProviderInfo",
    ResourceProviderInfo: "id?1:ResourceProviderID type!3:string name!4:string",
    ResourceProviderName: "type!1:string name!2:string",
    ResourceProviderGone: "resource_provider_id!1:ResourceProviderID",
    GetContainersCall: "show_nested?1:bool show_standalone?2:bool",
    PruneImages: "excluded_images*1:Image",
    AgentResponse:
      "type?1:AgentResponseType get_health?2:GetHealth get_flags?3:GetFlags get_version?4:GetVersion " +
      "get_metrics?5:GetMetrics get_logging_level?6:GetLoggingLevel list_files?7:FileInfos read_file?8:FileData " +
      "get_state?9:AgentState get_containers?10:AgentContainers get_frameworks?11:AgentFrameworks " +
      "get_executors?12:AgentExecutors get_tasks?13:AgentTasks wait_nested_container?14:ContainerEnd " +
      "get_agent?15:GetAgent wait_container?16:ContainerEnd get_resource_providers?17:Empty get_operations?18:GetOperations",
    AgentState: "get_tasks?1:AgentTasks get_executors?2:AgentExecutors get_frameworks?3:AgentFrameworks",
    AgentContainers: "containers*1:AgentContainer",
    AgentContainer:
      "framework_id?1:FrameworkID executor_id?2:ExecutorID executor_name?3:string container_id!4:ContainerID " +
      "container_status?5:ContainerStatus resource_statistics?6:ResourceStatistics",
    ResourceStatistics:
      "timestamp!1:double cpus_user_time_secs?2:double cpus_system_time_secs?3:double cpus_limit?4:double " +
      "mem_rss_bytes?5:uint64 mem_limit_bytes?6:uint64 mem_soft_limit_bytes?38:uint64 cpus_soft_limit?45:double",
    AgentFrameworks: "frameworks*1:AgentFramework completed_frameworks*2:AgentFramework",
    AgentFramework: "framework_info!1:FrameworkInfo",
    AgentExecutors: "executors*1:AgentExecutor completed_executors*2:AgentExecutor",
    AgentExecutor: "executor_info!1:ExecutorInfo",
    AgentTasks:
      "pending_tasks*1:Task queued_tasks*2:Task launched_tasks*3:Task terminated_tasks*4:Task completed_tasks*5:Task",
    GetAgent: "agent_info?1:AgentInfo",
    ContainerEnd:
      "exit_status?1:int32 state?2:TaskState reason?3:StatusReason limitation?4:TaskResourceLimitation message?5:string",
    ProcessIO: "type?1:ProcessIOType data?2:ProcessData control?3:ProcessControl",
    ProcessData: "type?1:ProcessDataType data?2:bytes",
    ProcessControl: "type?1:ProcessControlType tty_info?2:TTYInfo heartbeat?3:ProcessHeartbeat",
    ProcessHeartbeat: "interval?1:DurationInfo",
  },
  enums: {
    AgentCallType: numbered(
      "UNKNOWN GET_HEALTH GET_FLAGS GET_VERSION GET_METRICS GET_LOGGING_LEVEL SET_LOGGING_LEVEL LIST_FILES READ_FILE " +
        "GET_STATE GET_CONTAINERS GET_FRAMEWORKS GET_EXECUTORS GET_TASKS LAUNCH_NESTED_CONTAINER " +
        "WAIT_NESTED_CONTAINER KILL_NESTED_CONTAINER LAUNCH_NESTED_CONTAINER_SESSION ATTACH_CONTAINER_INPUT " +
        "ATTACH_CONTAINER_OUTPUT GET_AGENT REMOVE_NESTED_CONTAINER LAUNCH_CONTAINER WAIT_CONTAINER KILL_CONTAINER " +
        "REMOVE_CONTAINER GET_RESOURCE_PROVIDERS ADD_RESOURCE_PROVIDER_CONFIG UPDATE_RESOURCE_PROVIDER_CONFIG " +
        "REMOVE_RESOURCE_PROVIDER_CONFIG PRUNE_IMAGES GET_OPERATIONS MARK_RESOURCE_PROVIDER_GONE",
    ),
    AgentResponseType: numbered(
      "UNKNOWN GET_HEALTH GET_FLAGS GET_VERSION GET_METRICS GET_LOGGING_LEVEL LIST_FILES READ_FILE GET_STATE " +
        "GET_CONTAINERS GET_FRAMEWORKS GET_EXECUTORS GET_TASKS WAIT_NESTED_CONTAINER GET_AGENT WAIT_CONTAINER " +
        "GET_RESOURCE_PROVIDERS GET_OPERATIONS",
    ),
    AttachInputType: numbered("UNKNOWN CONTAINER_ID PROCESS_IO"),
    ProcessIOType: numbered("UNKNOWN DATA CONTROL"),
    ProcessDataType: numbered("UNKNOWN STDIN STDOUT STDERR"),
    ProcessControlType: numbered("UNKNOWN TTY_INFO HEARTBEAT"),
  },
};
