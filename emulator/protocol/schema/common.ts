import { numbered, type Schema } from "./notation";

/** Names and numbers of mesos.v1, part one: what all APIs share. */
export const common: Schema = {
  messages: {
    FrameworkID: "value!1:string",
    OfferID: "value!1:string",
    AgentID: "value!1:string",
    TaskID: "value!1:string",
    ExecutorID: "value!1:string",
    ContainerID: "value!1:string parent?2:ContainerID",
    ResourceProviderID: "value!1:string",
    OperationID: "value!1:string",
    UUID: "value!1:bytes",
    TimeInfo: "nanoseconds!1:int64",
    DurationInfo: "nanoseconds!1:int64",
    /** google.protobuf.Duration */
    Duration: "seconds?1:int64 nanos?2:int32",
    Address: "hostname?1:string ip?2:string port!3:int32",
    URL: "scheme!1:string address!2:Address path?3:string query*4:Parameter fragment?5:string",
    Unavailability: "start!1:TimeInfo duration?2:DurationInfo",
    MachineID: "hostname?1:string ip?2:string",
    Label: "key!1:string value?2:string",
    Labels: "labels*1:Label",
    Parameter: "key!1:string value!2:string",
    Parameters: "parameter*1:Parameter",
    Credential: "principal!1:string secret?2:string",
    Secret: "type?1:SecretType reference?2:SecretReference value?3:SecretValue",
    SecretReference: "name!1:string key?2:string",
    SecretValue: "data!1:bytes",
    Scalar: "value!1:double",
    Range: "begin!1:uint64 end!2:uint64",
    Ranges: "range*1:Range",
    Set: "item*1:string",
    Text: "value!1:string",
    Attribute: "name!1:string type!2:ValueType scalar?3:Scalar ranges?4:Ranges text?5:Text set?6:Set",
    Resource:
      "name!1:string type!2:ValueType scalar?3:Scalar ranges?4:Ranges set?5:Set role?6:string disk?7:DiskInfo " +
      "reservation?8:ReservationInfo revocable?9:Empty shared?10:Empty allocation_info?11:AllocationInfo " +
      "provider_id?12:ResourceProviderID reservations*13:ReservationInfo",
    Empty: "",
    AllocationInfo: "role?1:string",
    ReservationInfo: "principal?1:string labels?2:Labels role?3:string type?4:ReservationType",
    DiskInfo: "persistence?1:Persistence volume?2:Volume source?3:DiskSource",
    Persistence: "id!1:string principal?2:string",
    DiskSource:
      "type!1:DiskSourceType path?2:DiskRoot mount?3:DiskRoot id?4:string metadata?5:Labels profile?6:string " +
      "vendor?7:string",
    DiskRoot: "root?1:string",
    DomainInfo: "fault_domain?1:FaultDomain",
    FaultDomain: "region!1:DomainName zone!2:DomainName",
    DomainName: "name!1:string",
    FrameworkInfo:
      "user!1:string name!2:string id?3:FrameworkID failover_timeout?4:double checkpoint?5:bool role?6:string " +
      "hostname?7:string principal?8:string webui_url?9:string capabilities*10:FrameworkCapability labels?11:Labels " +
      "roles*12:string offer_filters%13:OfferFilters",
    FrameworkCapability: "type?1:FrameworkCapabilityType",
    OfferFilters: "min_allocatable_resources?1:MinAllocatable",
    MinAllocatable: "quantities*1:Quantities",
    Quantities: "quantities%1:Scalar",
    MasterInfo:
      "id!1:string ip!2:uint32 port!3:uint32 pid?4:string hostname?5:string version?6:string address?7:Address " +
      "domain?8:DomainInfo capabilities*9:MasterCapability",
    MasterCapability: "type?1:MasterCapabilityType",
    AgentInfo:
      "hostname!1:string resources*3:Resource attributes*5:Attribute id?6:AgentID checkpoint?7:bool port?8:int32 " +
      "domain?10:DomainInfo",
    AgentCapability: "type?1:AgentCapabilityType",
    VersionInfo:
      "version!1:string build_date?2:string build_time?3:double build_user?4:string git_sha?5:string " +
      "git_branch?6:string git_tag?7:string",
    Flag: "name!1:string value?2:string",
    Metric: "name!1:string value?2:double",
    FileInfo: "path!1:string nlink?2:int32 size?3:uint64 mtime?4:TimeInfo mode?5:uint32 uid?6:string gid?7:string",
    Filters: "refuse_seconds?1:double",
    KillPolicy: "grace_period?1:DurationInfo",
    DrainConfig: "max_grace_period?1:DurationInfo mark_gone?2:bool",
    DrainInfo: "state!1:DrainState config!2:DrainConfig",
  },
  enums: {
    ValueType: numbered("SCALAR RANGES SET TEXT"),
    SecretType: numbered("UNKNOWN REFERENCE VALUE"),
    ReservationType: numbered("UNKNOWN STATIC DYNAMIC"),
    DiskSourceType: numbered("UNKNOWN PATH MOUNT BLOCK RAW"),
    FrameworkCapabilityType: numbered(
      "UNKNOWN REVOCABLE_RESOURCES TASK_KILLING_STATE GPU_RESOURCES SHARED_RESOURCES PARTITION_AWARE MULTI_ROLE " +
        "RESERVATION_REFINEMENT REGION_AWARE",
    ),
    MasterCapabilityType: numbered("UNKNOWN AGENT_UPDATE AGENT_DRAINING QUOTA_V2"),
    AgentCapabilityType: numbered(
      "UNKNOWN MULTI_ROLE HIERARCHICAL_ROLE RESERVATION_REFINEMENT RESOURCE_PROVIDER RESIZE_VOLUME " +
        "AGENT_OPERATION_FEEDBACK AGENT_DRAINING TASK_RESOURCE_LIMITS",
    ),
    DrainState: numbered("UNKNOWN DRAINING DRAINED"),
  },
};
