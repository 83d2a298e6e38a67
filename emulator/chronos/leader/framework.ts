import type { Logger } from "@drover/lib/log";
import type { MasterDetector } from "@drover/lib/mesos/master-detector";
import { SchedulerDriver, type SchedulerListener } from "@drover/lib/mesos/scheduler";
import type { FrameworkInfo } from "@drover/lib/mesos/types";
import { mesosCredentials, type Settings } from "../settings";

export interface FrameworkOptions {
  settings: Settings;
  detector: MasterDetector;
  /** Of a former leader. */
  frameworkId?: string;
  log: Logger;
  listener: SchedulerListener;
}

/** Chronos as a Mesos framework, without offers until it asks for them. */
export function createFramework({ settings, detector, frameworkId, log, listener }: FrameworkOptions): SchedulerDriver {
  const credentials = mesosCredentials(settings);
  return new SchedulerDriver({
    detector,
    framework: frameworkInfo(settings, frameworkId),
    suppressedRoles: [settings.mesos_role],
    ...(credentials ? { credentials } : {}),
    listener: {
      ...listener,
      onDisconnected: (reason) => log.warn({ reason }, "subscription lost"),
    },
  });
}

/**
 * Not PARTITION_AWARE, as upstream: a task on an agent that has gone is TASK_LOST and runs again elsewhere; Mesos kills
 * the old one should the agent come back.
 */
function frameworkInfo(settings: Settings, id: string | undefined): FrameworkInfo {
  const principal = settings.mesos_authentication_principal;
  return {
    ...(id ? { id: { value: id } } : {}),
    user: settings.user,
    name: settings.mesos_framework_name,
    failover_timeout: settings.failover_timeout,
    checkpoint: settings.mesos_checkpoint,
    roles: [settings.mesos_role],
    hostname: settings.hostname,
    webui_url: settings.webui_url ?? `http://${settings.hostname}:${settings.http_port}`,
    ...(principal ? { principal } : {}),
    capabilities: [{ type: "MULTI_ROLE" }],
  };
}
