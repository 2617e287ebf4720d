// Pages of what a read has found, made into pages and items of what callers have.

import { invalidInput } from '../../core/errors/errors.ts';
import { inOrder } from '../calls/in-order.ts';
import { inParallel } from '../calls/parallel.ts';
import { abortable } from '../calls/signal.ts';
import { asRejected } from '../errors/rejected.ts';
import { shareSignal } from '../platform/platform.ts';
import type { Page, Results } from './types.ts';

/** Makes a result of what was found: at once, or by fetching content. Undefined for what is gone meanwhile. */
export type Finish<T> = (
  signal: AbortSignal,
  spent: (units: number) => void,
) => T | undefined | Promise<T | undefined>;

export interface RawPage<T> {
  readonly found: readonly Finish<T>[];
  readonly cursor: string | undefined;
  readonly consumed: number | undefined;
}

export interface ResultSource<T> {
  /** @param signal - is aborted once nobody wants more */
  readonly pages: (signal: AbortSignal) => AsyncIterable<RawPage<T>>;
  /** Whether all of it fits into one page. */
  readonly isBounded: boolean;
  /** Results that are made at a time, or wait for the loop. */
  readonly ahead: number;
  readonly signal: AbortSignal | undefined;
}

export class FoundResults<T> implements Results<T> {
  readonly #source: ResultSource<T>;

  constructor(source: ResultSource<T>) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    const { ahead, pages } = this.#source;
    return this.#while(async function* (signal) {
      for await (const { found } of pages(signal)) {
        const results = inOrder(found, ahead, async (finish) => finish(signal, () => undefined));
        for await (const result of results) if (result !== undefined) yield result;
      }
    });
  }

  pages(): AsyncGenerator<Page<T>, void, undefined> {
    const { ahead, pages } = this.#source;
    return this.#while(async function* (signal) {
      for await (const { found, cursor, consumed } of pages(signal)) {
        let units = consumed;
        const spent = (more: number): void => {
          if (units !== undefined) units += more;
        };
        const results = await inParallel(ahead, found, async (finish, stop) => finish(stop, spent), signal);
        yield { items: results.filter((result) => result !== undefined), cursor, consumed: units };
      }
    });
  }

  async page(): Promise<Page<T>> {
    if (!this.#source.isBounded) {
      asRejected(invalidInput('limit', undefined, 'missing: one page is so many results at most'));
    }
    const items: T[] = [];
    let cursor: string | undefined;
    let consumed: number | undefined;
    for await (const page of this.pages()) {
      items.push(...page.items);
      ({ cursor } = page);
      if (page.consumed !== undefined) consumed = (consumed ?? 0) + page.consumed;
    }
    return { items, cursor, consumed };
  }

  /** Runs a generator with a signal that is aborted at its end. */
  async *#while<R>(
    run: (signal: AbortSignal) => AsyncGenerator<R, void, undefined>,
  ): AsyncGenerator<R, void, undefined> {
    const left = new AbortController();
    const { signal } = this.#source;
    const stop = signal === undefined ? left.signal : AbortSignal.any([left.signal, signal]);
    shareSignal(stop);
    const results = run(stop);
    try {
      signal?.throwIfAborted();
      for (;;) {
        const next = await abortable(results.next(), signal);
        if (next.done) return;
        yield next.value;
      }
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      left.abort(new Error('the loop over the results was left'));
      const ended = results.return();
      // After an abort nobody waits for a source of keys that does not answer.
      if (signal?.aborted) ended.catch(() => undefined);
      else await ended;
    }
  }
}
