import type { Info } from "@drover/lib/marathon/types";
import type { Settings } from "../settings";
import { marathonVersion } from "../version";

export interface Presence {
  leader?: string;
  frameworkId?: string;
}

/** `GET /v2/info`. Passwords are left out. */
export function infoView(settings: Settings, { leader, frameworkId }: Presence): Info {
  const { servers, path } = settings.zk;
  return {
    name: settings.framework_name,
    version: marathonVersion,
    buildref: "drover",
    elected: true,
    ...(leader ? { leader } : {}),
    ...(frameworkId ? { frameworkId } : {}),
    marathon_config: {
      master: settings.master.replace(/\/\/[^/@]*@/, "//"),
      framework_name: settings.framework_name,
      mesos_role: settings.mesos_role,
      mesos_user: settings.mesos_user,
      hostname: settings.hostname,
      ha: true,
      checkpoint: settings.checkpoint,
      failover_timeout: settings.failover_timeout,
      executor: "//cmd",
      features: [...settings.enable_features],
      local_port_min: settings.local_port_min,
      local_port_max: settings.local_port_max,
      task_launch_timeout: settings.task_launch_timeout,
      reconciliation_interval: settings.reconciliation_interval,
      reconciliation_initial_delay: settings.reconciliation_initial_delay,
      max_instances_per_offer: settings.max_instances_per_offer,
      min_revive_offers_interval: settings.min_revive_offers_interval,
      decline_offer_duration: settings.decline_offer_duration,
      webui_url: settings.webui_url ?? null,
      leader_proxy_connection_timeout_ms: settings.leader_proxy_connection_timeout,
      leader_proxy_read_timeout_ms: settings.leader_proxy_read_timeout,
    },
    zookeeper_config: {
      zk: `zk://${servers.join(",")}${path}`,
      zk_timeout: settings.zk_timeout,
      zk_connection_timeout: settings.zk_connection_timeout,
      zk_session_timeout: settings.zk_session_timeout,
      zk_compression: settings.zk_compression,
      zk_compression_threshold: settings.zk_compression_threshold,
      zk_max_versions: settings.zk_max_versions,
      zk_max_node_size: settings.zk_max_node_size,
    },
    http_config: { http_port: settings.http_port, https_port: 8443 },
  };
}
