import type { MarathonEvent } from "@drover/lib/marathon/types";

export type EventListener = (event: MarathonEvent) => void;

/** Hands every event to everybody who listens, in order. */
export class EventBus {
  private readonly listeners = new Set<EventListener>();

  publish(eventType: string, fields: Record<string, unknown> = {}): void {
    const event = { eventType, timestamp: new Date().toISOString(), ...fields };
    for (const listener of [...this.listeners]) listener(event);
  }

  /** Returns what ends the subscription. */
  subscribe(listener: EventListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
