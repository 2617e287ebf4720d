// The product's functions as pure ones: (event, answers so far) -> (calls that wait for an answer, or the result).
//
// To take a step, a function is run again from its start with the answers that it has got so far. Each distinct step runs real
// code once; states then share what came of it.

import type { StoreDescriptor } from '../../core/contract/store.ts';
import { FUNCTION_TIMEOUT_SECONDS } from '../../core/saga/waits.ts';
import type { Answer, Invocation, InvocationResult } from '../state/state.ts';
import { type Timers, withWorldHeld } from './intercept.ts';
import type { Subject } from './load.ts';

/** How one kind of function is run. */
interface FunctionKind {
  run(subject: Subject, event: never): Promise<unknown>;
  /** Turns of the event loop after which it has reacted to an answer. Default: 1. */
  readonly turns?: number;
  readonly timers?: Timers;
  /** Whether it looks at its own clock, so that steps at different times are different steps. */
  readonly tellsTime?: boolean;
}

const UNHURRIED = { getRemainingTimeInMillis: () => 800_000 };

const KINDS: Readonly<Record<string, FunctionKind>> = {
  Plan: { run: (subject, event) => subject.plan(event) },
  PutInline: { run: (subject, event) => subject.putInline(event) },
  PutObject: { run: (subject, event) => subject.putObject(event, UNHURRIED) },
  WriteItem: { run: (subject, event) => subject.writeItem(event), tellsTime: true },
  DeleteObjects: { run: (subject, event) => subject.deleteObjects(event) },
  SettleRun: { run: (subject, event) => subject.settleRun(event) },
  StartExecution: { run: (subject, event) => subject.startExecution(event) },
  Plain: { run: (subject, event) => subject.plainWrite(event) },
  PlainRead: { run: (subject, event) => subject.plainRead(event), turns: 3 },
  CleanUp: { run: (subject, event) => subject.cleanUp(event) },
  FindOrphans: { run: (subject, event) => subject.findOrphans(event), tellsTime: true },
  Read: { run: (subject, event) => subject.read(event), turns: 3 },
  ReadPage: { run: (subject, event) => subject.readPage(event), turns: 6 },
  Fsck: { run: (subject, event) => subject.fsck(event), turns: 3, tellsTime: true },
  Client: { run: (subject, event) => subject.callClient(event), turns: 6, timers: 'at once' },
};

/** Seconds after which Lambda ends the tasks' functions. */
export const FUNCTION_SECONDS: Readonly<Record<string, number>> = {
  Plan: FUNCTION_TIMEOUT_SECONDS.plan,
  PutInline: FUNCTION_TIMEOUT_SECONDS['put-inline'],
  PutObject: FUNCTION_TIMEOUT_SECONDS['put-object'],
  WriteItem: FUNCTION_TIMEOUT_SECONDS['write-item'],
  DeleteObjects: FUNCTION_TIMEOUT_SECONDS['delete-objects'],
  SettleRun: FUNCTION_TIMEOUT_SECONDS['settle-run'],
  // No function: Step Functions' own call, which is over with its answer.
  StartExecution: 0,
  Plain: 60,
};

/** States hold invocations; in their keys each is its number. */
class Step implements Invocation {
  readonly children = new Map<string, Step>();
  declare readonly id: number;
  declare readonly fn: string;
  declare readonly event: unknown;
  declare readonly now: number;
  declare readonly history: Invocation['history'];
  declare readonly pending: Invocation['pending'];
  declare readonly result: Invocation['result'];

  constructor(fields: Invocation) {
    Object.assign(this, fields);
  }

  toJSON(): string {
    return `#${this.id}`;
  }
}

/** What runs need of the code: the product's own, or a script in its place. */
export interface Functions {
  /** An invocation up to its first calls. */
  invoke(fn: string, event: unknown, now: number): Promise<Invocation>;
  /** The same invocation once one of its calls is answered. */
  answer(invocation: Invocation, at: number, answer: Answer): Promise<Invocation>;
}

/** The code of one store. */
export class Code implements Functions {
  readonly subject: Subject;
  readonly store: StoreDescriptor;
  /** Numbers of invocations differ between stores. */
  readonly #ids: () => number;
  readonly #roots = new Map<string, Step>();
  readonly #texts = new WeakMap<object, string>();
  #steps = 0;

  constructor(subject: Subject, store: StoreDescriptor, ids: () => number) {
    this.subject = subject;
    this.store = store;
    this.#ids = ids;
  }

  /** How often real code was run. */
  get steps(): number {
    return this.#steps;
  }

  async invoke(fn: string, event: unknown, now: number): Promise<Invocation> {
    const key = `${fn} ${kindOf(fn).tellsTime ? now : ''} ${JSON.stringify(event)}`;
    const known = this.#roots.get(key);
    if (known !== undefined) return known;
    const root = await this.#step(fn, event, now, []);
    this.#roots.set(key, root);
    return root;
  }

  async answer(invocation: Invocation, at: number, answer: Answer): Promise<Invocation> {
    const { children } = invocation as Step;
    const key = `${at} ${this.#textOf(answer)}`;
    const known = children.get(key);
    if (known !== undefined) return known;
    const { fn, event, now, history } = invocation;
    const child = await this.#step(fn, event, now, [...history, [at, answer]]);
    children.set(key, child);
    return child;
  }

  async #step(fn: string, event: unknown, now: number, history: Invocation['history']): Promise<Step> {
    this.#steps += 1;
    const kind = kindOf(fn);
    const { subject } = this;
    let result: InvocationResult | undefined;
    const pending = await withWorldHeld({ subject, now, timers: kind.timers ?? 'never' }, async (held) => {
      kind.run(subject, plain(event) as never).then(
        (ok) => {
          result = { ok: plain(ok ?? null) };
        },
        (error: Error) => {
          result = { name: error.name, message: String(error.message) };
        },
      );
      await turns(kind.turns);
      for (const [at, answer] of history) {
        held.answer(at, answer);
        await turns(kind.turns);
      }
      const answered = new Set(history.map(([at]) => at));
      return held.calls.flatMap(({ call }) => (answered.has(call.at) ? [] : [plain(call)]));
    });
    return new Step({ id: this.#ids(), fn, event, now, history, pending, result });
  }

  #textOf(answer: Answer): string {
    const known = this.#texts.get(answer);
    if (known !== undefined) return known;
    const text = JSON.stringify(answer);
    this.#texts.set(answer, text);
    return text;
  }
}

function kindOf(fn: string): FunctionKind {
  const kind = Object.hasOwn(KINDS, fn) ? KINDS[fn] : undefined;
  if (kind === undefined) throw new Error(`the explorer knows no function ${fn}`);
  return kind;
}

function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** A turn of the event loop lets every promise settle that can. */
async function turns(count = 1): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
