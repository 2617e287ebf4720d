// An execution's history: numbered events in the shape of GetExecutionHistory.

import type { Clock } from '../clock.ts';
import { STATES, StateFailure } from './failure.ts';
import { MAX_HISTORY_EVENTS } from './limits.ts';

/** Details of an event; texts of JSON stay texts. */
export type EventDetails = Readonly<Record<string, unknown>>;

export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly type: string;
  readonly details: EventDetails | undefined;
}

export class History {
  readonly events: HistoryEvent[];
  protected readonly clock: Clock;
  protected readonly changed: (event: HistoryEvent) => void;

  /**
   * @param changed - called at each event; the execution is as the event says by the end of this turn of the event loop
   * @param events - those that there are already
   */
  constructor(clock: Clock, changed: (event: HistoryEvent) => void, events: HistoryEvent[] = []) {
    this.clock = clock;
    this.changed = changed;
    this.events = events;
  }

  /**
   * Appends an event and returns its id.
   * @throws {StateFailure} States.Runtime where only the event that ends the execution has room left
   */
  add(type: string, previousEventId: number, details?: EventDetails): number {
    if (this.events.length >= MAX_HISTORY_EVENTS - 1) {
      const reason = `The execution reached the maximum number of history events (${MAX_HISTORY_EVENTS}).`;
      throw new StateFailure(STATES.runtime, reason, previousEventId);
    }
    return this.append(type, previousEventId, details);
  }

  /** Appends the event that ends the execution; for it there is always room. */
  end(type: string, previousEventId: number, details?: EventDetails): void {
    this.append(type, previousEventId, details);
  }

  protected append(type: string, previousEventId: number, details: EventDetails | undefined): number {
    const id = this.events.length + 1;
    const event = { id, previousEventId, timestamp: this.clock.now(), type, details };
    this.events.push(event);
    this.changed(event);
    return id;
  }
}

/** Of an Express workflow: nobody can read it, so it is told and not kept, and it has no limit. */
export class UnkeptHistory extends History {
  private count = 0;

  override add(type: string, previousEventId: number, details?: EventDetails): number {
    return this.append(type, previousEventId, details);
  }

  protected override append(
    type: string,
    previousEventId: number,
    details: EventDetails | undefined,
  ): number {
    this.count += 1;
    this.changed({ id: this.count, previousEventId, timestamp: this.clock.now(), type, details });
    return this.count;
  }
}
