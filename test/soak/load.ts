// The load: writers and readers of a few items, each write under a name of its own, and what each of them learned.

import { executionArn } from '../../audit/runs/summary.ts';
import { Aborted, type LargeItemClient, NotWritten, Stuck, type WriteHandle } from '../../client/index.ts';
import { type Operation as Kind, OPERATIONS } from '../../core/keys/run.ts';
import type { Random } from '../core/random.ts';
import type { ItemState, Operation } from './history.ts';

/** A write that was asked for. */
export interface Attempt {
  readonly kind: Kind;
  /** Of the execution. */
  readonly name: string;
  readonly executionArn: string;
  readonly item: string;
  readonly setsPage: boolean;
  readonly from: number;
  /** When its end was known; undefined while it is not. */
  to?: number;
  /** Step Functions has acknowledged the start. */
  started?: true;
  /** The client was told that it took effect, with this version. */
  committed?: { readonly version: number | null };
}

/** A read that was answered. */
export type Read = Extract<Operation, { kind: 'read' }> & { readonly item: string };

export interface LoadOptions {
  readonly client: LargeItemClient;
  readonly random: Random;
  readonly items: readonly string[];
  readonly writers: number;
  readonly readers: number;
  /** Before each write and read: waits for what must be there, and says whether to go on. */
  goOn(): Promise<boolean>;
  /** Told of each acknowledgement: of a start, of an end. */
  onAcknowledged?(): void;
  /** What a person does while a run is under way. */
  interfere?(handle: WriteHandle): Promise<void>;
  /** Whether a run that is stuck or was stopped is redriven at once; gives true once it has been. */
  redrive?(handle: WriteHandle): Promise<boolean>;
}

export interface Load {
  readonly attempts: readonly Attempt[];
  readonly reads: readonly Read[];
}

/** Writes and reads until it is told to stop, and every call has come back. */
export async function load(options: LoadOptions): Promise<Load> {
  const attempts: Attempt[] = [];
  const reads: Read[] = [];
  const repeat = async (once: () => Promise<void>): Promise<void> => {
    while (await options.goOn()) await once();
  };
  await Promise.all([
    ...Array.from({ length: options.writers }, () => repeat(() => write(options, attempts))),
    ...Array.from({ length: options.readers }, () =>
      repeat(async () => {
        const item = options.random.of(options.items);
        const read = await readItem(options.client, item, `read ${reads.length + 1}`).catch(() => undefined);
        if (read !== undefined) reads.push(read);
      }),
    ),
  ]);
  return { attempts, reads };
}

/** More updates than creates and deletes: they are what meets each other. */
const KINDS: readonly Kind[] = [...OPERATIONS, 'create', 'update', 'update', 'update'];
const MAX_FILLER = 3_000;

async function write(options: LoadOptions, attempts: Attempt[]): Promise<void> {
  const { client, random, items } = options;
  const kind = random.of(KINDS);
  const item = random.of(items);
  const name = `${kind}-${attempts.length + 1}-${item}`;
  const setsPage = kind === 'create' || (kind === 'update' && random.next() < 0.8);
  const filler = '.'.repeat(random.below(MAX_FILLER));
  const large = setsPage ? { largeAttributes: { page: `${name}\n${filler}` } } : {};
  const inlineContent = random.next() < 0.7;
  const arn = executionArn(client.store, kind, name);
  const attempt: Attempt = { kind, name, executionArn: arn, item, setsPage, from: performance.now() };
  attempts.push(attempt);
  try {
    const handle = await start();
    attempt.started = true;
    options.onAcknowledged?.();
    await options.interfere?.(handle);
    const { version } = await ended(handle, options);
    attempt.committed = { version };
    options.onAcknowledged?.();
    attempt.to = performance.now();
  } catch (error) {
    // What else became of it is found out when all is over, from the execution.
    if (error instanceof NotWritten) attempt.to = performance.now();
  }

  function start(): Promise<WriteHandle> {
    const how = { idempotencyKey: name, inlineContent, wait: false } as const;
    const key = { id: item };
    switch (kind) {
      case 'create':
        return client.create({ key, attributes: { last: name, writes: 0 }, ...large }, how);
      case 'update':
        return client.update({ key, set: { last: name }, add: { writes: 1 }, ...large }, how);
      case 'delete':
        return client.delete({ key }, how);
    }
  }
}

async function ended(handle: WriteHandle, options: LoadOptions) {
  for (;;) {
    try {
      return await handle.wait();
    } catch (error) {
      const canGoOn = error instanceof Stuck || error instanceof Aborted;
      if (!canGoOn || !(await options.redrive?.(handle))) throw error;
    }
  }
}

/** @throws what the client throws */
export async function readItem(client: LargeItemClient, item: string, name: string): Promise<Read> {
  const from = performance.now();
  const found = await client.get({ id: item }, { load: true });
  const seen = found && (await stateOf(found));
  return { kind: 'read', name: `${name} of ${item}`, item, from, to: performance.now(), seen };
}

async function stateOf(found: NonNullable<Awaited<ReturnType<LargeItemClient['get']>>>): Promise<ItemState> {
  const { version, attributes, large } = found;
  const text = (await large.page?.text()) ?? '';
  return {
    version: version ?? 0,
    last: String(attributes.last),
    page: text.slice(0, text.indexOf('\n')),
    writes: Number(attributes.writes),
  };
}
