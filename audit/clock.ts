// AWS's time, as the answers of its services tell it: this computer's clock may be minutes off, and its calls are taken all the same.

import type { SFNClient } from '@aws-sdk/client-sfn';

/** A client of whichever service: answers are listened to, whatever they say. */
export type Listened = Pick<SFNClient, 'middlewareStack'>;

/** The `Date` of an answer has whole seconds: what differs by less is the same time. */
const SLACK_MS = 2000;

export class AwsClock {
  #offsetMs = 0;

  /** Takes the time from each answer to the client, also from refusals. */
  listenTo({ middlewareStack }: Listened): void {
    middlewareStack.add(
      (next) => async (args) => {
        const sentAt = Date.now();
        const result = await next(args);
        const { headers } = (result.response ?? {}) as {
          readonly headers?: Readonly<Record<string, string>>;
        };
        this.#take(headers?.date, sentAt, Date.now());
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'twinwriteClock' },
    );
  }

  /** Epoch milliseconds; by this computer's clock until an answer has told. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  #take(date: string | undefined, sentAt: number, receivedAt: number): void {
    const time = Date.parse(date ?? '');
    if (Number.isNaN(time)) return;
    const offset = time - (sentAt + receivedAt) / 2;
    const isSame = Math.abs(offset) <= SLACK_MS + (receivedAt - sentAt) / 2;
    this.#offsetMs = isSame ? 0 : offset;
  }
}
