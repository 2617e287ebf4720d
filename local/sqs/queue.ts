// One standard queue: messages in the order in which they came, hidden while somebody works on them, and moved to a
// dead-letter queue when they were received too often. All times are of the cloud's clock.

import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { Clock } from '../clock.ts';
import { ServiceError } from '../service.ts';
import { type MessageAttributes, messageSize, type NewMessage } from './messages.ts';

export interface QueueDefinition {
  readonly name: string;
  readonly arn: string;
  readonly visibilitySeconds: number;
  readonly delaySeconds: number;
  readonly retentionSeconds: number;
  /** How long a receiver waits for a message that does not say so itself. */
  readonly waitSeconds: number;
  /** Of body and attributes. */
  readonly maxBytes: number;
  readonly deadLetters: { readonly arn: string; readonly maxReceives: number } | undefined;
}

export interface ReceivedMessage {
  readonly id: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly sentMs: number;
  readonly firstReceivedMs: number;
  readonly receives: number;
  /** The queue from which it was moved here. */
  readonly movedFrom: string | undefined;
}

interface Stored {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly sentMs: number;
  readonly movedFrom: string | undefined;
  visibleMs: number;
  receives: number;
  firstReceivedMs: number | undefined;
  receiptHandle: string | undefined;
}

export interface Queue {
  readonly definition: QueueDefinition;
  /** When the queue was made; milliseconds. */
  readonly createdMs: number;
  /** @returns the message's id @throws {ServiceError} InvalidParameterValue for one that is too large */
  send(message: NewMessage): string;
  /** Takes in a message that another queue has given up. */
  take(message: ReceivedMessage, from: string): void;
  /** Messages that are there now, up to `max` of them; they are hidden for a while. */
  receive(max: number, visibilitySeconds?: number): ReceivedMessage[];
  /** Resolves when there may be a message to receive. @throws the signal's reason, once it is aborted */
  arrival(signal: AbortSignal): Promise<void>;
  /** One that was deleted already is deleted. @throws {ServiceError} ReceiptHandleIsInvalid */
  delete(receiptHandle: string): void;
  /** @throws {ServiceError} ReceiptHandleIsInvalid, MessageNotInflight */
  hide(receiptHandle: string, seconds: number): void;
  purge(): void;
  /** How many can be received, are hidden, and are delayed. */
  counts(): { readonly visible: number; readonly hidden: number; readonly delayed: number };
}

/** Until there may be a message, the time is over, or whoever waits ends: which of them it was is for the caller to see. */
export async function arrivalBefore(
  queue: Queue,
  untilMs: number,
  clock: Clock,
  closing: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const end = (): void => over.abort();
  closing.addEventListener('abort', end, { once: true });
  const waits = [clock.sleep(untilMs - clock.now(), over.signal), queue.arrival(over.signal)];
  await Promise.race(waits).catch(() => undefined);
  end();
  closing.removeEventListener('abort', end);
  await Promise.allSettled(waits);
}

/** @param deadLetters - finds a queue by its ARN */
export function createQueue(
  definition: QueueDefinition,
  clock: Clock,
  deadLetters: (arn: string) => Queue | undefined,
): Queue {
  const messages = new Map<string, Stored>();
  const arrivals = new EventEmitter().setMaxListeners(0);
  const { arn, maxBytes, retentionSeconds } = definition;

  const forgetOld = (): void => {
    const oldest = clock.now() - retentionSeconds * 1000;
    for (const { id, sentMs } of messages.values()) if (sentMs < oldest) messages.delete(id);
  };
  const find = (receiptHandle: string): Stored | undefined => {
    const [id = '', receipt] = receiptHandle.split('.');
    if (receipt === undefined) {
      throw new ServiceError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
    }
    return messages.get(id);
  };
  const store = (message: Stored): void => {
    messages.set(message.id, message);
    arrivals.emit('arrival');
  };
  /** Where a message goes that has been received as often as it may be. */
  const deadLettersOf = ({ receives }: Stored): Queue | undefined => {
    const { arn: target, maxReceives = Number.POSITIVE_INFINITY } = definition.deadLetters ?? {};
    return target !== undefined && receives >= maxReceives ? deadLetters(target) : undefined;
  };
  const visible = (): Stored[] => {
    forgetOld();
    const now = clock.now();
    return [...messages.values()].filter(({ visibleMs }) => visibleMs <= now);
  };
  const received = (message: Stored): ReceivedMessage => ({
    ...message,
    receiptHandle: message.receiptHandle ?? '',
    firstReceivedMs: message.firstReceivedMs ?? clock.now(),
  });

  return {
    definition,
    createdMs: clock.now(),
    send(message) {
      const size = messageSize(message);
      if (size > maxBytes) {
        throw new ServiceError(
          'InvalidParameterValue',
          `One or more parameters are invalid. Reason: Message must be shorter than ${maxBytes} bytes.`,
        );
      }
      const id = randomUUID();
      const sentMs = clock.now();
      const visibleMs = sentMs + (message.delaySeconds ?? definition.delaySeconds) * 1000;
      const { body, attributes } = message;
      store({
        ...{ id, body, attributes, sentMs, visibleMs, receives: 0 },
        ...{ movedFrom: undefined, firstReceivedMs: undefined, receiptHandle: undefined },
      });
      return id;
    },
    take({ id, body, attributes, sentMs }, movedFrom) {
      store({
        ...{ id, body, attributes, sentMs, movedFrom, visibleMs: clock.now(), receives: 0 },
        ...{ firstReceivedMs: undefined, receiptHandle: undefined },
      });
    },
    receive(max, visibilitySeconds = definition.visibilitySeconds) {
      const taken: ReceivedMessage[] = [];
      for (const message of visible()) {
        if (taken.length === max) break;
        const queue = deadLettersOf(message);
        if (queue !== undefined) {
          messages.delete(message.id);
          queue.take(received(message), arn);
          continue;
        }
        message.receives += 1;
        message.firstReceivedMs ??= clock.now();
        message.visibleMs = clock.now() + visibilitySeconds * 1000;
        message.receiptHandle = `${message.id}.${randomUUID()}`;
        taken.push(received(message));
      }
      return taken;
    },
    async arrival(signal) {
      signal.throwIfAborted();
      if (visible().length > 0) return;
      const over = new AbortController();
      const end = (): void => over.abort(signal.reason);
      signal.addEventListener('abort', end, { once: true });
      const waits = [...messages.values()].map(({ visibleMs }) => visibleMs - clock.now());
      const seen = waits.length === 0 ? [] : [clock.sleep(Math.min(...waits), over.signal)];
      try {
        await Promise.race([once(arrivals, 'arrival', { signal: over.signal }), ...seen]);
      } finally {
        over.abort();
        signal.removeEventListener('abort', end);
        await Promise.allSettled(seen);
      }
    },
    delete(receiptHandle) {
      const message = find(receiptHandle);
      if (message) messages.delete(message.id);
    },
    hide(receiptHandle, seconds) {
      const message = find(receiptHandle);
      if (message === undefined || message.visibleMs <= clock.now()) {
        throw new ServiceError('MessageNotInflight', 'The specified message is not in flight.');
      }
      message.visibleMs = clock.now() + seconds * 1000;
      arrivals.emit('arrival');
    },
    purge: () => messages.clear(),
    counts() {
      forgetOld();
      const now = clock.now();
      const all = [...messages.values()];
      const waiting = all.filter(({ visibleMs }) => visibleMs > now);
      const delayed = waiting.filter(({ receives }) => receives === 0).length;
      return { visible: all.length - waiting.length, hidden: waiting.length - delayed, delayed };
    },
  };
}
