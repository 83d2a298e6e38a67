import type { MasterDetector } from "@drover/lib/mesos/master-detector";
import { SchedulerDriver } from "@drover/lib/mesos/scheduler";
import type { Event, FrameworkInfo, Offer, Resource, TaskInfo, TaskStatus } from "@drover/lib/mesos/types";
import { waitFor } from "@drover/lib/test/wait";

/** A framework that keeps what it hears and acknowledges updates unless told not to. */
export class TestFramework {
  readonly events: Event[] = [];
  readonly driver: SchedulerDriver;
  acknowledges = true;
  fatal: string | undefined;

  constructor(detector: MasterDetector, info: Partial<FrameworkInfo> = {}) {
    this.driver = new SchedulerDriver({
      detector,
      framework: { user: "root", name: "test", failover_timeout: 60, checkpoint: true, ...info },
      listener: {
        onEvent: (event) => {
          this.events.push(event);
          if (event.type === "UPDATE" && this.acknowledges) {
            this.driver.acknowledge(event.update.status).catch(() => {});
          }
        },
        onFatal: (message) => {
          this.fatal = message;
        },
      },
    });
    this.driver.start();
  }

  /** The first event of a type that fits, from the given position on. */
  event<Type extends Event["type"]>(
    type: Type,
    fits: (event: Extract<Event, { type: Type }>) => boolean = () => true,
    from = 0,
    limitMs = 10_000,
  ): Promise<Extract<Event, { type: Type }>> {
    const isWanted = (event: Event): event is Extract<Event, { type: Type }> =>
      event.type === type && fits(event as Extract<Event, { type: Type }>);
    return waitFor(`the event ${type}`, () => this.events.slice(from).find(isWanted), limitMs);
  }

  async offer(fits: (offer: Offer) => boolean = () => true, from = 0): Promise<Offer> {
    const event = await this.event("OFFERS", ({ offers }) => offers.offers.some(fits), from);
    const offer = event.offers.offers.find(fits);
    if (!offer) {
      throw new Error("the event has lost its offer");
    }
    return offer;
  }

  async status(taskId: string, state: string, from = 0, limitMs = 10_000): Promise<TaskStatus> {
    const fits = ({ update }: Extract<Event, { type: "UPDATE" }>) =>
      update.status.task_id.value === taskId && update.status.state === state;
    return (await this.event("UPDATE", fits, from, limitMs)).update.status;
  }

  async launch(offer: Offer, ...tasks: TaskInfo[]): Promise<void> {
    await this.driver.accept([offer.id], [{ type: "LAUNCH", launch: { task_infos: tasks } }], { refuse_seconds: 0 });
  }
}

export function task(id: string, offer: Offer, resources: Resource[]): TaskInfo {
  return { name: id, task_id: { value: id }, agent_id: offer.agent_id, resources, command: { value: "sleep 1000" } };
}
