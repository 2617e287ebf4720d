// Runs a piece of the product's code with the world held back: its AWS calls are kept until they are answered, its clock
// stands, and its timers wait for ever or not at all.

import type { Answer, Call, ErrorAnswer } from '../state/state.ts';
import type { Subject } from './load.ts';
import { sdkAnswer } from './sdk-answer.ts';

/** How the timers of the code behave: a task's never fire, a client's pauses are over at once. */
export type Timers = 'never' | 'at once';

export interface Conditions {
  readonly subject: Subject;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly timers: Timers;
}

interface Held {
  readonly call: Call;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** The calls of one piece of code, while it runs. */
export interface HeldCalls {
  readonly calls: readonly Held[];
  /** Gives the answer of a call, by its number. @throws {Error} when the code has not made that call */
  answer(at: number, answer: Answer): void;
}

let isHeld = false;

/** Only one piece of code runs at a time, since what is held back belongs to the process. */
export async function withWorldHeld<T>(
  { subject, now, timers }: Conditions,
  work: (held: HeldCalls) => Promise<T>,
): Promise<T> {
  if (isHeld) throw new Error('one piece of code runs at a time');
  isHeld = true;
  const calls: Held[] = [];
  const restore = [
    ...[subject.S3Client, subject.DynamoDBClient, subject.SFNClient].map((client) =>
      replace(client.prototype as { send: unknown }, 'send', (command: SdkCommand) => hold(calls, command)),
    ),
    replace(Date, 'now', () => now),
    replace(Math, 'random', () => 0),
    replace(globalThis, 'setTimeout', timers === 'never' ? neverFires : firesAtOnce),
    replace(console, 'error', () => undefined),
  ];
  try {
    return await work({ calls, answer: (at, answer) => give(subject, calls, at, answer) });
  } finally {
    for (const undo of restore) undo();
    isHeld = false;
  }
}

interface SdkCommand {
  readonly constructor: { readonly name: string };
  readonly input: Readonly<Record<string, unknown>>;
}

function hold(calls: Held[], command: SdkCommand): Promise<unknown> {
  const name = command.constructor.name.replace(/Command$/, '');
  return new Promise((resolve, reject) => {
    calls.push({ call: { at: calls.length, name, input: command.input }, resolve, reject });
  });
}

function give(subject: Subject, calls: readonly Held[], at: number, answer: Answer): void {
  const held = calls[at];
  if (held === undefined)
    throw new Error(`the code has not made its call ${at} this time: it is not determined`);
  if ('ok' in answer) held.resolve(sdkAnswer(held.call.name, answer.ok));
  else held.reject(sdkError(subject, answer.error));
}

function sdkError(subject: Subject, { name, status, message = name, reasons }: ErrorAnswer): Error {
  if (name === 'TransactionCanceledException') {
    return new subject.TransactionCanceledException({
      message,
      CancellationReasons: reasons as never,
      $metadata: { httpStatusCode: status },
    });
  }
  const $metadata = status === undefined ? {} : { httpStatusCode: status };
  return Object.assign(new Error(message), { name, $metadata });
}

const TIMER = { unref: () => TIMER, ref: () => TIMER, [Symbol.toPrimitive]: () => 0 };

function neverFires(): typeof TIMER {
  return TIMER;
}

function firesAtOnce(
  callback: (...given: unknown[]) => void,
  _ms: number,
  ...given: unknown[]
): typeof TIMER {
  queueMicrotask(() => callback(...given));
  return TIMER;
}

function replace<T extends object, K extends keyof T>(owner: T, name: K, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  return () => {
    if (before === undefined) delete owner[name];
    else Object.defineProperty(owner, name, before);
  };
}
