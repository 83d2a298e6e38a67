import { numbered, type Schema } from "./notation";

/** Names and numbers of mesos.v1, part two: tasks, their containers and what becomes of them. */
export const task: Schema = {
  messages: {
    CommandInfo:
      "uris*1:URI environment?2:Environment value?3:string user?5:string shell?6:bool=true arguments*7:string",
    URI: "value!1:string executable?2:bool extract?3:bool=true cache?4:bool output_file?5:string",
    Environment: "variables*1:Variable",
    Variable: "name!1:string value?2:string type?3:VariableType secret?4:Secret",
    ExecutorInfo:
      "executor_id!1:ExecutorID data?4:bytes resources*5:Resource command?7:CommandInfo framework_id?8:FrameworkID " +
      "name?9:string source?10:string container?11:ContainerInfo discovery?12:DiscoveryInfo " +
      "shutdown_grace_period?13:DurationInfo labels?14:Labels type?15:ExecutorType",
    ContainerInfo:
      "type!1:ContainerType volumes*2:Volume docker?3:DockerInfo hostname?4:string mesos?5:MesosInfo " +
      "network_infos*7:NetworkInfo linux_info?8:LinuxInfo rlimit_info?9:RLimitInfo tty_info?10:TTYInfo",
    DockerInfo:
      "image!1:string network?2:DockerNetwork=HOST port_mappings*3:PortMapping privileged?4:bool=false parameters*5:Parameter " +
      "force_pull_image?6:bool volume_driver?7:string",
    PortMapping: "host_port!1:uint32 container_port!2:uint32 protocol?3:string",
    MesosInfo: "image?1:Image",
    Image: "type!1:ImageType appc?2:Appc docker?3:DockerImage cached?4:bool",
    Appc: "name!1:string id?2:string labels?3:Labels",
    DockerImage: "name!1:string credential?2:Credential config?3:Secret",
    Volume: "container_path!1:string host_path?2:string mode!3:VolumeMode image?4:Image source?5:VolumeSource",
    VolumeSource:
      "type?1:VolumeSourceType docker_volume?2:DockerVolume sandbox_path?3:SandboxPath secret?4:Secret " +
      "host_path?5:HostPath csi_volume?6:CSIVolume",
    DockerVolume: "driver?1:string name!2:string driver_options?3:Parameters",
    SandboxPath: "type?1:SandboxPathType path!2:string",
    HostPath: "path!1:string mount_propagation?2:MountPropagation",
    MountPropagation: "mode?1:MountPropagationMode",
    CSIVolume: "plugin_name!1:string",
    NetworkInfo: "groups*3:string labels?4:Labels ip_addresses*5:IPAddress name?6:string port_mappings*7:PortMapping",
    IPAddress: "protocol?1:IPProtocol ip_address?2:string",
    LinuxInfo:
      "capability_info?1:CapabilityInfo bounding_capabilities?2:CapabilityInfo " +
      "effective_capabilities?3:CapabilityInfo share_pid_namespace?4:bool seccomp?5:SeccompInfo ipc_mode?6:IpcMode " +
      "shm_size?7:uint32 share_cgroups?8:bool",
    CapabilityInfo: "capabilities*1:LinuxCapability",
    SeccompInfo: "profile_name?1:string unconfined?2:bool",
    RLimitInfo: "rlimits*1:RLimit",
    RLimit: "type?1:RLimitType hard?2:uint64 soft?3:uint64",
    TTYInfo: "window_size?1:WindowSize",
    WindowSize: "rows!1:uint32 columns!2:uint32",
    HealthCheck:
      "http?1:HTTPCheck delay_seconds?2:double=15 interval_seconds?3:double=10 timeout_seconds?4:double=20 " +
      "consecutive_failures?5:uint32=3 grace_period_seconds?6:double=10 command?7:CommandInfo type?8:CheckType " +
      "tcp?9:TCPCheck",
    HTTPCheck: "port!1:uint32 path?2:string scheme?3:string statuses*4:uint32 protocol?5:IPProtocol",
    TCPCheck: "port!1:uint32 protocol?2:IPProtocol",
    CheckInfo:
      "type?1:CheckType command?2:CheckCommand http?3:CheckHTTP delay_seconds?4:double=15 interval_seconds?5:double=10 " +
      "timeout_seconds?6:double=20 tcp?7:CheckTCP",
    CheckCommand: "command!1:CommandInfo",
    CheckHTTP: "port!1:uint32 path?2:string",
    CheckTCP: "port!1:uint32",
    CheckStatusInfo: "type?1:CheckType command?2:CommandResult http?3:HTTPResult tcp?4:TCPResult",
    CommandResult: "exit_code?1:int32",
    HTTPResult: "status_code?1:uint32",
    TCPResult: "succeeded?1:bool",
    DiscoveryInfo:
      "visibility!1:Visibility name?2:string environment?3:string location?4:string version?5:string ports?6:Ports " +
      "labels?7:Labels",
    Ports: "ports*1:Port",
    Port: "number!1:uint32 name?2:string protocol?3:string visibility?4:Visibility labels?5:Labels",
    TaskInfo:
      "name!1:string task_id!2:TaskID agent_id!3:AgentID resources*4:Resource executor?5:ExecutorInfo data?6:bytes " +
      "command?7:CommandInfo health_check?8:HealthCheck container?9:ContainerInfo labels?10:Labels " +
      "discovery?11:DiscoveryInfo kill_policy?12:KillPolicy check?13:CheckInfo max_completion_time?14:DurationInfo " +
      "limits%15:Scalar",
    TaskGroupInfo: "tasks*1:TaskInfo",
    Task:
      "name!1:string task_id!2:TaskID framework_id!3:FrameworkID executor_id?4:ExecutorID agent_id!5:AgentID " +
      "state!6:TaskState resources*7:Resource statuses*8:TaskStatus status_update_state?9:TaskState " +
      "status_update_uuid?10:bytes labels?11:Labels discovery?12:DiscoveryInfo container?13:ContainerInfo " +
      "user?14:string health_check?15:HealthCheck kill_policy?16:KillPolicy limits%17:Scalar",
    TaskStatus:
      "task_id!1:TaskID state!2:TaskState data?3:bytes message?4:string agent_id?5:AgentID timestamp?6:double " +
      "executor_id?7:ExecutorID healthy?8:bool source?9:StatusSource reason?10:StatusReason uuid?11:bytes " +
      "labels?12:Labels container_status?13:ContainerStatus unreachable_time?14:TimeInfo " +
      "check_status?15:CheckStatusInfo limitation?16:TaskResourceLimitation",
    TaskResourceLimitation: "resources*1:Resource",
    ContainerStatus:
      "network_infos*1:NetworkInfo cgroup_info?2:CgroupInfo executor_pid?3:uint32 container_id?4:ContainerID",
    CgroupInfo: "net_cls?1:NetCls",
    NetCls: "classid?1:uint32",
  },
  enums: {
    VariableType: numbered("UNKNOWN VALUE SECRET"),
    ExecutorType: numbered("UNKNOWN DEFAULT CUSTOM"),
    ContainerType: numbered("DOCKER MESOS", 1),
    DockerNetwork: numbered("HOST BRIDGE NONE USER", 1),
    ImageType: numbered("APPC DOCKER", 1),
    VolumeMode: numbered("RW RO", 1),
    VolumeSourceType: numbered("UNKNOWN DOCKER_VOLUME SANDBOX_PATH SECRET HOST_PATH CSI_VOLUME"),
    SandboxPathType: numbered("UNKNOWN SELF PARENT"),
    MountPropagationMode: numbered("UNKNOWN HOST_TO_CONTAINER BIDIRECTIONAL"),
    IPProtocol: numbered("IPv4 IPv6", 1),
    IpcMode: numbered("UNKNOWN PRIVATE SHARE_PARENT"),
    LinuxCapability: {
      UNKNOWN: 0,
      ...numbered(
        "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE " +
          "NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT " +
          "SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE " +
          "AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ",
        1000,
      ),
    },
    RLimitType: numbered(
      "UNKNOWN RLMT_AS RLMT_CORE RLMT_CPU RLMT_DATA RLMT_FSIZE RLMT_LOCKS RLMT_MEMLOCK RLMT_MSGQUEUE RLMT_NICE " +
        "RLMT_NOFILE RLMT_NPROC RLMT_RSS RLMT_RTPRIO RLMT_RTTIME RLMT_SIGPENDING RLMT_STACK",
    ),
    CheckType: numbered("UNKNOWN COMMAND HTTP TCP"),
    Visibility: numbered("FRAMEWORK CLUSTER EXTERNAL"),
    TaskState: numbered(
      "TASK_STARTING TASK_RUNNING TASK_FINISHED TASK_FAILED TASK_KILLED TASK_LOST TASK_STAGING TASK_ERROR " +
        "TASK_KILLING TASK_DROPPED TASK_UNREACHABLE TASK_GONE TASK_GONE_BY_OPERATOR TASK_UNKNOWN",
    ),
    StatusSource: numbered("SOURCE_MASTER SOURCE_AGENT SOURCE_EXECUTOR"),
    StatusReason: numbered(
      "REASON_COMMAND_EXECUTOR_FAILED REASON_EXECUTOR_TERMINATED REASON_EXECUTOR_UNREGISTERED " +
        "REASON_FRAMEWORK_REMOVED REASON_GC_ERROR REASON_INVALID_FRAMEWORKID REASON_INVALID_OFFERS " +
        "REASON_MASTER_DISCONNECTED REASON_CONTAINER_LIMITATION_MEMORY REASON_RECONCILIATION " +
        "REASON_AGENT_DISCONNECTED REASON_AGENT_REMOVED REASON_AGENT_RESTARTED REASON_AGENT_UNKNOWN " +
        "REASON_TASK_INVALID REASON_TASK_UNAUTHORIZED REASON_TASK_UNKNOWN REASON_CONTAINER_PREEMPTED " +
        "REASON_RESOURCES_UNKNOWN REASON_CONTAINER_LIMITATION REASON_CONTAINER_LIMITATION_DISK " +
        "REASON_CONTAINER_LAUNCH_FAILED REASON_CONTAINER_UPDATE_FAILED REASON_EXECUTOR_REGISTRATION_TIMEOUT " +
        "REASON_EXECUTOR_REREGISTRATION_TIMEOUT REASON_TASK_GROUP_INVALID REASON_TASK_GROUP_UNAUTHORIZED " +
        "REASON_IO_SWITCHBOARD_EXITED REASON_TASK_CHECK_STATUS_UPDATED REASON_TASK_HEALTH_CHECK_STATUS_UPDATED " +
        "REASON_TASK_KILLED_DURING_LAUNCH REASON_AGENT_REMOVED_BY_OPERATOR REASON_AGENT_REREGISTERED " +
        "REASON_MAX_COMPLETION_TIME_REACHED REASON_AGENT_DRAINING",
    ),
  },
};
