// What query, scan and get of several items do: print rows, save files, and tell by a cursor how far they came.

import { inParallel } from '../../../client/calls/parallel.ts';
import type { Key, KeyResult, LargeItemClient, LazyItem, ManyOptions, Page } from '../../../client/index.ts';
import { keyAttributes } from '../../../core/keys/item-key.ts';
import { CommandFailed, Interrupted } from '../../errors.ts';
import { type Io, print } from '../../io.ts';
import { OutDir } from '../../output/out-dir.ts';
import { connect } from '../../store.ts';
import { type ItemRow, itemTable, rowJson } from '../../text/item-rows.ts';
import { type StatusLine, statusLine } from '../../text/progress.ts';
import { checkOptions, DEFAULT_PARALLEL, isTable, type ListingOptions } from './listing-options.ts';
import { loadedRow, savedRow } from './rows.ts';

/** What a listing finds. */
export type Found = LazyItem | KeyResult;

export interface Listing {
  readonly pages: (client: LargeItemClient, options: ManyOptions) => AsyncIterable<Page<Found>>;
}

/** Lists what is found, to the end or the limit. */
export async function list(options: ListingOptions, io: Io, listing: Listing): Promise<void> {
  checkOptions(options);
  io.interruption.says = 'interrupted; nothing was printed';
  const client = await connect(options, io);
  const outDir =
    options.outDir === undefined
      ? undefined
      : await OutDir.open(options.outDir, { overwrite: options.overwrite === true });
  await new Lister(options, io, client, outDir).run(listing);
}

/** One run of the command. */
class Lister {
  readonly #options: ListingOptions;
  readonly #io: Io;
  readonly #client: LargeItemClient;
  readonly #outDir: OutDir | undefined;
  readonly #status: StatusLine;
  readonly #abort = new AbortController();
  #cursor: string | undefined;
  #printed = 0;
  #failed = 0;
  #missing = 0;
  #consumed = 0;

  constructor(options: ListingOptions, io: Io, client: LargeItemClient, outDir: OutDir | undefined) {
    this.#options = options;
    this.#io = io;
    this.#client = client;
    this.#outDir = outDir;
    this.#status = statusLine(io.stderr);
    this.#cursor = options.cursor;
  }

  async run({ pages }: Listing): Promise<void> {
    const { signal } = this.#abort;
    const stopListening = this.#io.onSignal(['SIGINT'], () => this.#abort.abort());
    try {
      for await (const page of pages(this.#client, this.#manyOptions())) {
        await this.#printPage(page);
        if (this.#cursor !== undefined) signal.throwIfAborted();
      }
    } catch (error) {
      this.#status.end();
      if (signal.aborted) throw new Interrupted(this.#interruption(), undefined, this.#cursor);
      await this.#sayHowFar();
      throw error;
    } finally {
      this.#status.end();
      stopListening();
    }
    await this.#sayEnd();
  }

  #manyOptions(): ManyOptions {
    const { cursor, project, load, parallel, consistent, consumed } = this.#options;
    const { signal } = this.#abort;
    return {
      ...{ cursor, project, load, parallel, consumed, signal },
      ...(consistent === false && { consistent }),
      onProgress: ({ attribute }) => this.#status.update(`${this.#count()}, ${attribute}`),
    };
  }

  /** All of the page is printed, or nothing: its end is the next cursor. */
  async #printPage({ items, cursor, consumed }: Page<Found>): Promise<void> {
    this.#status.update(this.#count());
    const rows = await this.#rowsOf(await this.#whole(items));
    this.#status.clear();
    const { stdout, env } = this.#io;
    const table = isTable(this.#options, this.#io) ? itemTable(stdout, env) : undefined;
    if (table && this.#printed === 0 && rows.length > 0) await print(stdout, table.header);
    for (const each of rows) {
      const row = { ...each, key: this.#ordered(each.key) };
      await print(stdout, table?.row(row) ?? rowJson(row));
    }
    this.#printed += rows.length;
    this.#missing += rows.filter(({ isMissing }) => isMissing).length;
    this.#failed += rows.filter(hasFailed).length;
    this.#consumed += consumed ?? 0;
    this.#cursor = cursor;
    this.#io.interruption.says = this.#interruption();
  }

  /** In their order. At a failure, too, what was begun cleans up after itself before it is told. */
  async #rowsOf(found: readonly Found[]): Promise<readonly ItemRow[]> {
    const { parallel = DEFAULT_PARALLEL } = this.#options;
    const begun: Promise<ItemRow>[] = [];
    const rowOf = (each: Found, stop: AbortSignal): Promise<ItemRow> => {
      const row = this.#rowOf(each, stop);
      begun.push(row);
      return row;
    };
    try {
      return await inParallel(parallel, found, rowOf, this.#abort.signal);
    } finally {
      await Promise.allSettled(begun);
    }
  }

  /** An index may lack what is to be saved: its items are read in the table. Those that are gone are left out. */
  async #whole(items: readonly Found[]): Promise<readonly Found[]> {
    const { index, project, consumed } = this.#options;
    if (this.#outDir === undefined || index === undefined || items.length === 0) return items;
    const keys = items.map(({ key }) => key);
    const { signal } = this.#abort;
    const page = await this.#client.getMany(keys, { project, consumed, signal }).page();
    this.#consumed += page.consumed ?? 0;
    return page.items.filter(({ item }) => item !== null);
  }

  async #rowOf(found: Found, signal: AbortSignal): Promise<ItemRow> {
    const item = 'item' in found ? found.item : found;
    if (item === null) return { key: found.key, isMissing: true };
    const { key, problem, attributes } = item;
    if (problem !== undefined) return { key, attributes, error: problem };
    const outDir = this.#outDir;
    if (outDir === undefined) return loadedRow(item, this.#options.load ?? []);
    return savedRow(item, {
      ...{ outDir, client: this.#client, options: this.#options, signal },
      onProgress: ({ attribute, bytes }) =>
        this.#status.update(`${this.#count()}; ${attribute}: ${bytes} bytes`),
    });
  }

  /** As the table has its key, not as DynamoDB gave it, or a caller. */
  #ordered(key: Key): Key {
    const names = keyAttributes(this.#client.store.key).map(({ name }) => name);
    return Object.fromEntries(
      Object.entries(key).toSorted(([a], [b]) => names.indexOf(a) - names.indexOf(b)),
    );
  }

  #count(): string {
    return this.#printed === 1 ? '1 item' : `${this.#printed} items`;
  }

  #interruption(): string {
    return `interrupted after ${this.#count()}${this.#whereToGoOn()}`;
  }

  #whereToGoOn(): string {
    return this.#cursor === undefined ? '' : `; to go on: --cursor ${this.#cursor}`;
  }

  /** Before the error that ended it. */
  async #sayHowFar(): Promise<void> {
    if (this.#printed === 0) return;
    if (this.#options.json) await this.#printSummary();
    else await print(this.#io.stderr, `after ${this.#count()}${this.#whereToGoOn()}`);
  }

  async #sayEnd(): Promise<void> {
    const { stderr } = this.#io;
    if (this.#options.json) await this.#printSummary();
    else {
      if (this.#options.consumed) await print(stderr, `${this.#consumed} read units`);
      if (this.#cursor !== undefined) await print(stderr, `${this.#count()}${this.#whereToGoOn()}`);
      if (this.#printed === 0) await print(stderr, 'no such items');
    }
    const problems = [
      ...(this.#missing > 0 ? [`${this.#missing} missing`] : []),
      ...(this.#failed > 0 ? [`${this.#failed} with errors`] : []),
    ];
    if (problems.length > 0) throw new CommandFailed(`of ${this.#count()}, ${problems.join(' and ')}`);
  }

  #printSummary(): Promise<void> {
    const counts = { items: this.#printed, missing: this.#missing, failed: this.#failed };
    const consumed = this.#options.consumed && { consumed: this.#consumed };
    return print(this.#io.stderr, JSON.stringify({ ...counts, ...consumed, cursor: this.#cursor ?? null }));
  }
}

function hasFailed({ error, large = {} }: ItemRow): boolean {
  return error !== undefined || Object.values(large).some((row) => row.error !== undefined);
}
