import type { Logger } from "@drover/lib/log";
import type { MasterDetector } from "@drover/lib/mesos/master-detector";
import { SchedulerDriver } from "@drover/lib/mesos/scheduler";
import type { Event, FrameworkInfo } from "@drover/lib/mesos/types";
import type { OfferFlow } from "../../framework/offer-interest";
import type { EventBus } from "../events/event-bus";
import { type Instance, liveTaskIdsOf } from "../model/instance";
import { mesosCredentials, type Settings } from "../settings";
import type { OfferAnswers } from "./offer-handler";

export interface FrameworkListener {
  /** After every (re-)subscription; `id` is new when the master gave one. */
  onSubscribed(id: string): void;
  onEvent(event: Event): void;
  /** The master refuses this framework for good. */
  onRefused(message: string): void;
}

export interface FrameworkOptions {
  settings: Settings;
  detector: MasterDetector;
  /** Of a former leader. */
  frameworkId?: string;
  events: EventBus;
  log: Logger;
  listener: FrameworkListener;
}

/** Tasks launched this recently are not asked for: the master may not have heard of them yet. */
const reconcileAgeMs = 5_000;

/** Marathon as a Mesos framework. */
export class Framework implements OfferAnswers, OfferFlow {
  private readonly driver: SchedulerDriver;
  private hasSubscribed = false;

  constructor(private readonly options: FrameworkOptions) {
    const { settings, detector, frameworkId } = options;
    const credentials = mesosCredentials(settings);
    this.driver = new SchedulerDriver({
      detector,
      framework: frameworkInfo(settings, frameworkId),
      suppressedRoles: [settings.mesos_role],
      ...(credentials ? { credentials } : {}),
      listener: {
        onEvent: (event) => this.onEvent(event),
        onDisconnected: (reason) => this.onDisconnected(reason),
        onFatal: (message) => options.listener.onRefused(message),
      },
    });
  }

  get id(): string | undefined {
    return this.driver.frameworkId;
  }

  start(): void {
    this.driver.start();
  }

  stop(): void {
    this.driver.stop();
  }

  /** What is left of the offer comes again at once: more tasks may wait than one offer is to take. */
  accept: OfferAnswers["accept"] = (offer, operations) =>
    this.driver.accept([offer.id], operations, { refuse_seconds: 0 });

  decline: OfferAnswers["decline"] = (offer, refuseMs) =>
    this.driver.decline([offer.id], { refuse_seconds: refuseMs / 1000 });

  revive: OfferFlow["revive"] = () => this.driver.revive();

  suppress: OfferFlow["suppress"] = () => this.driver.suppress();

  kill = (taskId: string, agentId: string): Promise<void> => this.driver.kill(taskId, agentId);

  acknowledge: SchedulerDriver["acknowledge"] = (status) => this.driver.acknowledge(status);

  /** Asks for the state of these tasks, and for all the master knows: tasks of ours that we do not know come up, too. */
  async reconcile(instances: readonly Instance[]): Promise<void> {
    const latest = new Date(Date.now() - reconcileAgeMs).toISOString();
    const known = instances.filter(({ stagedAt, state }) => stagedAt <= latest && state !== "RESERVED");
    if (known.length > 0) {
      await this.driver.reconcile(
        known.flatMap((instance) => liveTaskIdsOf(instance).map((taskId) => ({ taskId, agentId: instance.agentId }))),
      );
    }
    await this.driver.reconcile([]);
  }

  private onEvent(event: Event): void {
    const { events, log, listener } = this.options;
    if (event.type === "SUBSCRIBED") {
      const frameworkId = event.subscribed.framework_id.value;
      const master = this.driver.masterUrl;
      log.info({ frameworkId, master }, "subscribed");
      const name = this.hasSubscribed ? "scheduler_reregistered_event" : "scheduler_registered_event";
      this.hasSubscribed = true;
      events.publish(name, { frameworkId, master });
      listener.onSubscribed(frameworkId);
    } else {
      listener.onEvent(event);
    }
  }

  private onDisconnected(reason: string): void {
    this.options.log.warn({ reason }, "subscription lost");
    this.options.events.publish("scheduler_disconnected_event", { frameworkId: this.id, reason });
  }
}

function frameworkInfo(settings: Settings, id: string | undefined): FrameworkInfo {
  const principal = settings.mesos_authentication_principal;
  const optional = [
    ...(settings.enable_features.has("task_killing") ? ["TASK_KILLING_STATE"] : []),
    ...(settings.enable_features.has("gpu_resources") ? ["GPU_RESOURCES"] : []),
  ];
  return {
    ...(id ? { id: { value: id } } : {}),
    user: settings.mesos_user,
    name: settings.framework_name,
    failover_timeout: settings.failover_timeout,
    checkpoint: settings.checkpoint,
    roles: [settings.mesos_role],
    hostname: settings.hostname,
    webui_url: settings.webui_url ?? `http://${settings.hostname}:${settings.http_port}`,
    ...(principal ? { principal } : {}),
    capabilities: ["MULTI_ROLE", "PARTITION_AWARE", "REGION_AWARE", "RESERVATION_REFINEMENT", ...optional].map(
      (type) => ({ type }),
    ),
  };
}
