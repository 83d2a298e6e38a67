import type { Logger } from "@drover/lib/log";
import type { MasterDetector } from "@drover/lib/mesos/master-detector";
import type { SchedulerDriver } from "@drover/lib/mesos/scheduler";
import { type Event, isTerminal, type TaskStatus } from "@drover/lib/mesos/types";
import { OfferInterest } from "../../framework/offer-interest";
import type { ActiveRun } from "../model/run";
import type { Settings } from "../settings";
import type { Store } from "../state/store";
import { Clock } from "./clock";
import { createFramework } from "./framework";
import { JobBook } from "./job-book";
import { Launcher } from "./launcher";
import { Reconciler } from "./reconciler";
import { Statistics } from "./statistics";
import { TaskTracker } from "./task-tracker";

export interface LeaderOptions {
  settings: Settings;
  store: Store;
  detector: MasterDetector;
  log: Logger;
  /** The leadership cannot go on: another has to be elected, or this one anew. */
  onFatal: (reason: string) => void;
}

/** Everything only the leading instance does, wired together. */
export class Leader {
  readonly book: JobBook;
  readonly statistics = new Statistics();
  readonly tracker: TaskTracker;
  private readonly driver: SchedulerDriver;
  private readonly clock: Clock;
  private readonly interest: OfferInterest;
  private readonly launcher: Launcher;
  private readonly reconciler: Reconciler;
  private isClosed = false;

  /** Takes the state over from a former leader and goes on from there. */
  static async take(options: LeaderOptions): Promise<Leader> {
    const records = await options.store.open();
    const frameworkId = await options.store.frameworkId();
    const leader = new Leader(options, frameworkId);
    options.log.info({ jobs: records.length, frameworkId }, "leading");
    leader.book.load(records);
    leader.driver.start();
    leader.clock.look();
    leader.onChange();
    return leader;
  }

  private constructor(
    private readonly options: LeaderOptions,
    frameworkId: string | undefined,
  ) {
    const { settings, store, detector, log } = options;
    const watch = (work: Promise<unknown>) => this.watch(work);
    this.book = new JobBook(store, () => this.onChange());
    this.driver = createFramework({
      ...{ settings, detector, log },
      ...(frameworkId ? { frameworkId } : {}),
      listener: {
        onEvent: (event) => this.onEvent(event),
        onFatal: (message) => this.onRefused(message),
      },
    });
    const { book, driver, statistics } = this;
    this.reconciler = new Reconciler(book, driver, settings.reconciliation_interval * 1000, log);
    this.tracker = new TaskTracker({
      ...{ book, statistics, log },
      rules: {
        retryMs: settings.failure_retry,
        disableAfter: settings.disable_after_failures,
        historyLimit: settings.job_history_limit,
      },
      kill: (taskId, agentId) => this.reconciler.kill(taskId, agentId),
    });
    this.clock = new Clock(book, settings.leader_max_idle_time, watch, log);
    this.interest = new OfferInterest(driver, settings.min_revive_offers_interval);
    this.launcher = new Launcher({
      ...{ book, driver, log, watch },
      role: settings.mesos_role,
      ...(settings.decline_offer_duration === undefined ? {} : { declineMs: settings.decline_offer_duration }),
    });
  }

  get frameworkId(): string | undefined {
    return this.driver.frameworkId;
  }

  /** Tells Mesos to end tasks, now and again until they have ended. */
  kill(runs: readonly ActiveRun[]): void {
    for (const { taskId, agentId } of runs) this.reconciler.kill(taskId, agentId);
  }

  /** Stops all work; tasks run on. */
  close(): void {
    this.isClosed = true;
    this.clock.close();
    this.interest.close();
    this.reconciler.close();
    this.driver.stop();
  }

  private onChange(): void {
    if (this.isClosed) return;
    const queued = this.book.all().flatMap(({ activity }) => (activity.queued ? [activity.queued.taskId] : []));
    this.interest.update(queued);
    this.clock.setAlarm();
  }

  private onEvent(event: Event): void {
    const { store, log } = this.options;
    switch (event.type) {
      case "SUBSCRIBED": {
        const frameworkId = event.subscribed.framework_id.value;
        log.info({ frameworkId, master: this.driver.masterUrl }, "subscribed");
        this.watch(store.saveFrameworkId(frameworkId));
        this.interest.refresh();
        this.reconciler.onSubscribed();
        break;
      }
      case "OFFERS":
        this.launcher.onOffers(event.offers.offers);
        break;
      case "UPDATE":
        this.watch(this.onUpdate(event.update.status));
        break;
      case "FAILURE":
        log.warn(event.failure, "an agent or executor failed");
        break;
    }
  }

  private async onUpdate(status: TaskStatus): Promise<void> {
    const { log } = this.options;
    log.info({ taskId: status.task_id.value, state: status.state, message: status.message }, "status update");
    if (isTerminal(status.state)) this.reconciler.ended(status.task_id.value);
    await this.tracker.update(status);
    await this.driver.acknowledge(status).catch((error: Error) => {
      // The agent sends it again.
      log.warn({ taskId: status.task_id.value, error: error.message }, "update could not be acknowledged");
    });
  }

  private onRefused(message: string): void {
    // A framework that was removed never comes back: the next leader registers as a new one.
    const isRemoved = /framework has been removed|completed framework/i.test(message);
    const done = isRemoved ? this.options.store.saveFrameworkId(undefined) : Promise.resolve();
    const tell = () => this.options.onFatal(`the Mesos master refuses this framework: ${message}`);
    void done.then(tell, tell);
  }

  private watch(work: Promise<unknown>): void {
    work.catch((error: Error) => {
      if (!this.isClosed) this.options.onFatal(error.message);
    });
  }
}
