// Listings of runs that are read on as far as the page scrolls. AWS lists runs newest first in pages of its own and
// each run costs a call to describe, so what was read is kept for the next page and nothing is read ahead.

import { randomUUID } from 'node:crypto';

/** Listings that nobody reads on any more give way to new ones. */
const KEPT_LISTINGS = 16;
/** A scan that finds nothing for long answers with what it has, so that the page can show that it goes on. */
const PATIENCE_MS = 1500;

export interface Page<T> {
  readonly entries: readonly T[];
  /** Where the next page begins; absent at the end. */
  readonly cursor?: string;
}

/** The listing of a cursor is not kept any more. */
export class ListingGone extends Error {
  override readonly name = 'ListingGone';
}

export type OpenListing<T> = (signal: AbortSignal) => AsyncIterable<T>;

export class Listings<T> {
  readonly #listings = new Map<string, Listing<T>>();

  /** The first page. */
  async open(source: OpenListing<T>, limit: number): Promise<Page<T>> {
    const id = randomUUID();
    this.#listings.set(id, new Listing(source));
    const [oldest] = this.#listings.keys();
    if (this.#listings.size > KEPT_LISTINGS && oldest !== undefined) this.#drop(oldest);
    return this.#page(id, 0, limit);
  }

  /**
   * The page at a cursor; the same again when it is asked for again.
   * @throws {ListingGone}
   */
  async next(cursor: string, limit: number): Promise<Page<T>> {
    const [id = '', offset = ''] = cursor.split('.');
    if (!/^\d{1,9}$/.test(offset)) throw new ListingGone('this is no cursor of a listing');
    return this.#page(id, Number(offset), limit);
  }

  close(): void {
    for (const id of [...this.#listings.keys()]) this.#drop(id);
  }

  async #page(id: string, offset: number, limit: number): Promise<Page<T>> {
    const listing = this.#listings.get(id);
    if (listing === undefined) throw new ListingGone('this listing is not kept any more; list again');
    this.#listings.delete(id);
    this.#listings.set(id, listing); // the one used last goes last
    try {
      const { entries, isDone } = await listing.read(offset, limit);
      if (isDone) return { entries };
      return { entries, cursor: `${id}.${offset + entries.length}` };
    } catch (error) {
      this.#drop(id);
      throw error;
    }
  }

  #drop(id: string): void {
    this.#listings.get(id)?.abort();
    this.#listings.delete(id);
  }
}

class Listing<T> {
  readonly #controller = new AbortController();
  readonly #iterator: AsyncIterator<T>;
  readonly #read: T[] = [];
  #pending: Promise<void> | undefined;
  #isEnded = false;

  constructor(source: OpenListing<T>) {
    this.#iterator = source(this.#controller.signal)[Symbol.asyncIterator]();
  }

  abort(): void {
    this.#controller.abort();
    this.#pending?.catch(() => undefined); // nobody waits for it any more
  }

  async read(offset: number, limit: number): Promise<{ entries: readonly T[]; isDone: boolean }> {
    const patience = new AbortController();
    const timeUp = new Promise<'time up'>((resolve) => {
      const timer = setTimeout(() => resolve('time up'), PATIENCE_MS);
      patience.signal.addEventListener('abort', () => clearTimeout(timer));
    });
    try {
      while (this.#read.length < offset + limit && !this.#isEnded) {
        this.#pending ??= this.#readOne();
        if ((await Promise.race([this.#pending, timeUp])) === 'time up') break;
      }
    } finally {
      patience.abort();
    }
    const entries = this.#read.slice(offset, offset + limit);
    return { entries, isDone: this.#isEnded && offset + entries.length >= this.#read.length };
  }

  async #readOne(): Promise<void> {
    const { done, value } = await this.#iterator.next();
    this.#pending = undefined;
    if (done) this.#isEnded = true;
    else this.#read.push(value);
  }
}
