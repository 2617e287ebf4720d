// What state machines and functions have logged, by log group: in memory, and no more of each group than fits.

import type { Clock } from '../clock.ts';

/** A line of a log group. */
export interface LogEvent {
  /** Grows with each event of the group; the id of the event in digits. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly stream: string;
  message(): string;
}

export interface LogGroup {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Undefined: events stay until there is no room. */
  readonly retentionDays: number | undefined;
  /** Oldest first; what is older than the retention is gone. */
  events(): readonly LogEvent[];
  /** Characters of what is kept, roughly. */
  storedBytes(): number;
}

/** Log groups as the cloud itself uses them. */
export interface LogGroups {
  /** Makes the group known, or sets its retention. */
  declare(name: string, retentionDays: number | undefined): void;
  /** Of a group that nobody has declared, too: what logs makes it. */
  append(group: string, line: Omit<LogEvent, 'number'> & { readonly bytes: number }): void;
  find(name: string): LogGroup | undefined;
  /** By name. */
  all(): readonly LogGroup[];
}

/** What is kept of each group: with more, the oldest events go. */
export const MAX_GROUP_BYTES = 32 * 2 ** 20;
/** What CloudWatch Logs counts for an event beside its message. */
const EVENT_OVERHEAD_BYTES = 26;
const DAY_MS = 24 * 60 * 60 * 1000;

export function createLogGroups(clock: Clock, maxBytes = MAX_GROUP_BYTES): LogGroups {
  const groups = new Map<string, KeptGroup>();
  const groupOf = (name: string): KeptGroup => {
    const found = groups.get(name) ?? new KeptGroup(name, clock, maxBytes);
    groups.set(name, found);
    return found;
  };
  return {
    declare(name, retentionDays) {
      groupOf(name).retentionDays = retentionDays;
    },
    append: (name, line) => groupOf(name).append(line),
    find: (name) => groups.get(name),
    all: () => [...groups.values()].sort((one, other) => (one.name < other.name ? -1 : 1)),
  };
}

interface KeptEvent extends LogEvent {
  readonly bytes: number;
}

class KeptGroup implements LogGroup {
  readonly name: string;
  readonly createdAt: number;
  retentionDays: number | undefined;
  readonly #clock: Clock;
  readonly #maxBytes: number;
  #events: KeptEvent[] = [];
  /** Events at the beginning that are gone: they are cut off many at a time. */
  #gone = 0;
  #bytes = 0;
  #last = 0;

  constructor(name: string, clock: Clock, maxBytes: number) {
    this.name = name;
    this.createdAt = clock.now();
    this.#clock = clock;
    this.#maxBytes = maxBytes;
  }

  append(line: Omit<KeptEvent, 'number'>): void {
    this.#last += 1;
    const bytes = line.bytes + EVENT_OVERHEAD_BYTES;
    this.#events.push({ ...line, bytes, number: this.#last });
    this.#bytes += bytes;
    while (this.#bytes > this.#maxBytes && this.#gone < this.#events.length - 1) this.#drop();
  }

  events(): readonly LogEvent[] {
    const oldest = this.#clock.now() - (this.retentionDays ?? Number.POSITIVE_INFINITY) * DAY_MS;
    while ((this.#events[this.#gone]?.timestamp ?? oldest) < oldest) this.#drop();
    return this.#events.slice(this.#gone);
  }

  storedBytes(): number {
    return this.#bytes;
  }

  #drop(): void {
    this.#bytes -= this.#events[this.#gone]?.bytes ?? 0;
    this.#gone += 1;
    if (this.#gone * 2 < this.#events.length) return;
    this.#events = this.#events.slice(this.#gone);
    this.#gone = 0;
  }
}
