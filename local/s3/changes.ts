// What has happened to an object, for whoever wants to be told.
// Source: "Event notification types and destinations" in the S3 User Guide.

import type { Clock } from '../clock.ts';

/** A version that was written, deleted or hidden. */
export interface ObjectChange {
  readonly event:
    | 'ObjectCreated:Put'
    | 'ObjectCreated:Copy'
    | 'ObjectCreated:CompleteMultipartUpload'
    | 'ObjectRemoved:Delete'
    | 'ObjectRemoved:DeleteMarkerCreated'
    | 'LifecycleExpiration:Delete'
    | 'LifecycleExpiration:DeleteMarkerCreated';
  readonly bucket: string;
  readonly key: string;
  /** Bytes, of what was written. */
  readonly size?: number | undefined;
  /** Without quotes, of what was written. */
  readonly etag?: string | undefined;
  /** Where versions are kept. */
  readonly versionId?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Later changes of a key have a greater one, in hexadecimal. */
  readonly sequencer: string;
}

export type TellChange = (change: Omit<ObjectChange, 'time' | 'sequencer'>) => void;

export class ObjectChanges {
  readonly #clock: Clock;
  readonly #listeners = new Set<(change: ObjectChange) => void>();
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listen(listener: (change: ObjectChange) => void): void {
    this.#listeners.add(listener);
  }

  readonly tell: TellChange = (change) => {
    const time = this.#clock.now();
    this.#count += 1;
    const sequencer =
      `${time.toString(16).padStart(12, '0')}${this.#count.toString(16).padStart(6, '0')}`.toUpperCase();
    for (const listener of this.#listeners) listener({ ...change, time, sequencer });
  };
}
