import type { Logger } from "@drover/lib/log";
import type { MasterDetector } from "@drover/lib/mesos/master-detector";
import type { Event, TaskStatus } from "@drover/lib/mesos/types";
import { OfferInterest } from "../../framework/offer-interest";
import type { EventBus } from "../events/event-bus";
import { HealthMonitor } from "../health/health-monitor";
import { ReadinessMonitor } from "../health/readiness-monitor";
import { newGroup } from "../model/root";
import type { Settings } from "../settings";
import type { Store, StoredState } from "../state/store";
import { Conductor } from "./conductor";
import { Definitions } from "./definitions";
import { Deployer } from "./deployer";
import { Framework } from "./framework";
import { HealthReactions } from "./health-reactions";
import { InstanceRegistry } from "./instance-registry";
import type { LaunchRules } from "./launch";
import { LaunchQueue } from "./launch-queue";
import { OfferHandler } from "./offer-handler";
import { ReleaseList } from "./release-list";
import { TaskKiller } from "./task-killer";
import { TaskTracker } from "./task-tracker";
import { Timekeeper } from "./timekeeper";
import { WantedState } from "./wanted-state";

export interface LeaderOptions {
  settings: Settings;
  store: Store;
  detector: MasterDetector;
  events: EventBus;
  log: Logger;
  /** The leadership cannot go on: the process has to end, so that another leads. */
  onFatal: (reason: string) => void;
}

/** While deployments run, declined offers come again after this time. */
const busyRefuseMs = 1_000;

/** Everything only the leading instance does, wired together. */
export class Leader {
  readonly instances = new InstanceRegistry();
  readonly definitions = new Definitions();
  readonly queue = new LaunchQueue();
  private readonly releases = new ReleaseList();
  readonly readiness: ReadinessMonitor;
  readonly health: HealthMonitor;
  readonly state: WantedState;
  readonly tracker: TaskTracker;
  readonly deployer: Deployer;
  readonly conductor: Conductor;
  readonly framework: Framework;
  private readonly killer: TaskKiller;
  private readonly interest: OfferInterest;
  private readonly offers: OfferHandler;
  private readonly timekeeper: Timekeeper;
  private reconciliation: NodeJS.Timeout | undefined;

  /** Reads what a former leader left and goes on from there. */
  static async take(options: LeaderOptions): Promise<Leader> {
    const stored = await options.store.load(newGroup("/", new Date().toISOString()));
    const leader = new Leader(options, stored);
    await leader.learnDefinitions(stored);
    leader.begin(stored);
    return leader;
  }

  private constructor(
    readonly options: LeaderOptions,
    stored: StoredState,
  ) {
    const { settings, store, detector, events, log } = options;
    const { instances, definitions, queue, releases } = this;
    const watch = (work: Promise<unknown>) => this.watch(work);
    this.state = new WantedState(stored.root);
    this.framework = new Framework({
      settings,
      detector,
      ...(stored.frameworkId ? { frameworkId: stored.frameworkId } : {}),
      events,
      log,
      listener: {
        onSubscribed: (id) => this.onSubscribed(id),
        onEvent: (event) => this.onEvent(event),
        onRefused: (message) => this.onRefused(message),
      },
    });
    this.health = new HealthMonitor(
      new HealthReactions({
        ...{ definitions, queue, events, log },
        isHealthy: (id) => this.health.isHealthy(id),
        stop: (instance) => watch(this.tracker.stop(instance)),
        onChange: () => this.conductor.advanceSoon(),
      }),
    );
    this.readiness = new ReadinessMonitor(() => this.conductor.advanceSoon());
    const { health, readiness } = this;
    const killLimits = { chunkSize: settings.kill_chunk_size, retryMs: settings.kill_retry_timeout };
    this.killer = new TaskKiller(this.framework.kill, killLimits, log);
    this.interest = new OfferInterest(this.framework, settings.min_revive_offers_interval);
    const { killer, interest, state } = this;
    this.tracker = new TaskTracker({
      ...{ instances, definitions, queue, releases, killer, health, readiness, store, events, log },
      isWanted: (id) => state.root.specs.has(id),
      onChange: () => this.conductor.advanceSoon(),
      onEnded: () => {
        this.conductor.advanceSoon();
        interest.refresh();
      },
    });
    const { tracker } = this;
    this.conductor = new Conductor({
      ...{ state, instances, definitions, tracker, queue, interest, releases, health, readiness, events, watch },
      onFinished: (deployment) => watch(this.deployer.end(deployment)),
    });
    const { conductor } = this;
    this.deployer = new Deployer({
      ...{ state, store, definitions, tracker, conductor, events, watch },
      rules: {
        servicePorts: { first: settings.local_port_min, last: settings.local_port_max },
        defaultRole: settings.mesos_role,
      },
      maxRunning: settings.max_running_deployments,
    });
    this.offers = new OfferHandler({
      ...{ queue, instances, tracker, releases, log, watch },
      answers: this.framework,
      rules: () => this.launchRules(),
      maxPerOffer: settings.max_instances_per_offer,
      // A deployment soon needs offers again, without waiting for the next revive.
      refuseMs: () => (state.deployments.size > 0 ? busyRefuseMs : settings.decline_offer_duration),
    });
    this.timekeeper = new Timekeeper({
      ...{ state, instances, tracker, killer, queue, conductor, log, watch },
      limits: { launchMs: settings.task_launch_timeout, confirmMs: settings.task_launch_confirm_timeout },
      scaleIntervalMs: settings.scale_apps_interval,
    });
  }

  /** Stops all work; tasks run on. */
  close(): void {
    clearTimeout(this.reconciliation);
    this.timekeeper.close();
    this.conductor.close();
    this.interest.close();
    this.health.close();
    this.readiness.close();
    this.framework.stop();
  }

  /** The definitions in use: the current ones, those deployments lead from, and those of tasks that are older still. */
  private async learnDefinitions(stored: StoredState): Promise<void> {
    for (const { changes } of stored.deployments) {
      for (const app of changes.flatMap(({ from, to }) => [from, to])) if (app) this.definitions.add(app);
    }
    for (const app of stored.root.specs.values()) this.definitions.add(app);
    for (const instance of stored.instances) {
      if (this.definitions.of(instance)) continue;
      const app = await this.options.store.definition(instance.appId, instance.version);
      if (app) this.definitions.add(app);
    }
  }

  private begin(stored: StoredState): void {
    const { log } = this.options;
    this.tracker.restore(stored.instances, stored.failures);
    this.deployer.resume(stored.deployments);
    const { instances, deployments, lostDeployments } = stored;
    for (const id of lostDeployments) {
      log.warn({ deployment: id }, "a deployment is given up: what it changes is not in ZooKeeper any more");
      this.watch(this.options.store.endDeployment({ id, changes: [] }));
    }
    log.info({ apps: stored.root.specs.size, tasks: instances.length, deployments: deployments.length }, "leading");
    this.framework.start();
    this.conductor.advanceSoon();
  }

  private onSubscribed(id: string): void {
    this.watch(this.options.store.saveFrameworkId(id));
    this.killer.resend();
    this.interest.refresh();
    this.conductor.advanceSoon();
    this.reconcile(0, this.options.settings.reconciliation_initial_delay);
  }

  /** Now, again when the agents have come back to a new master, then at regular intervals. */
  private reconcile(delayMs: number, nextMs: number): void {
    const { settings, log } = this.options;
    clearTimeout(this.reconciliation);
    this.reconciliation = setTimeout(() => {
      this.framework.reconcile(this.instances.all()).catch((error: Error) => {
        log.warn({ error: error.message }, "reconciliation could not be asked for");
      });
      this.reconcile(nextMs, settings.reconciliation_interval);
    }, delayMs);
  }

  private onEvent(event: Event): void {
    const { events, log } = this.options;
    switch (event.type) {
      case "OFFERS":
        this.offers.onOffers(event.offers.offers);
        break;
      case "UPDATE":
        this.watch(this.onUpdate(event.update.status));
        break;
      case "MESSAGE": {
        const { agent_id, executor_id, data } = event.message;
        const message = Buffer.from(data, "base64").toString("utf8");
        events.publish("framework_message_event", { slaveId: agent_id.value, executorId: executor_id.value, message });
        break;
      }
      case "FAILURE":
        log.warn(event.failure, "an agent or executor failed");
        break;
    }
  }

  private launchRules(): LaunchRules | undefined {
    const { settings } = this.options;
    const principal = settings.mesos_authentication_principal;
    const frameworkId = this.framework.id;
    if (frameworkId === undefined) return undefined;
    return {
      match: {
        acceptedRolesDefault: settings.accepted_resource_roles_default_behavior,
        random: Math.random,
        ...(settings.enable_features.has("maintenance_mode") ? { drainingSeconds: settings.draining_seconds } : {}),
      },
      taskInfo: { envPrefix: settings.env_vars_prefix, mesosBridgeName: settings.mesos_bridge_name },
      owner: { frameworkId, ...(principal ? { principal } : {}) },
    };
  }

  private async onUpdate(status: TaskStatus): Promise<void> {
    const { log } = this.options;
    log.info({ taskId: status.task_id.value, state: status.state, message: status.message }, "status update");
    await this.tracker.update(status);
    await this.framework.acknowledge(status).catch((error: Error) => {
      // The agent sends it again.
      log.warn({ taskId: status.task_id.value, error: error.message }, "update could not be acknowledged");
    });
  }

  private onRefused(message: string): void {
    const { store, onFatal } = this.options;
    // A framework that was removed never comes back: the next leader registers as a new one.
    const isRemoved = /framework has been removed/i.test(message);
    const done = isRemoved ? store.saveFrameworkId("") : Promise.resolve();
    void done.finally(() => onFatal(`the Mesos master refuses this framework: ${message}`));
  }

  private watch(work: Promise<unknown>): void {
    work.catch((error: Error) => this.options.onFatal(error.message));
  }
}
