// A store whose time stands still, and a fresh item for each test: what schedules are staged on.

import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { readPointers } from '../../core/item/item.ts';
import { itemPrefix } from '../../core/keys/object-key.ts';
import type { Operation } from '../../core/keys/run.ts';
import type { SweepInput } from '../../core/sweep/contract.ts';
import type { ListedObject } from '../../core/sweep/named-object.ts';
import type { Item } from '../../core/values/attributes.ts';
import type { FaultInput } from '../../local/index.ts';
import {
  type EndedRun,
  type Run,
  type StoreOptions,
  startStore,
  type TestStore,
  taskFailures,
} from './harness.ts';

export const NOTHING_LOST = { dangling: [], orphans: [] };

export interface Losses {
  /** Object keys that the item points at and that are not there. */
  readonly dangling: readonly string[];
  /** Keys of the item's objects that it does not point at. */
  readonly orphans: readonly string[];
}

/** What a schedule leaves behind once nothing is in flight any more. */
export interface Outcome {
  /** The run that the schedule is about. */
  readonly ended: EndedRun;
  readonly item: Item | undefined;
  /** The content of `page`; undefined where there is none. */
  readonly page: string | undefined;
  readonly losses: Losses;
}

/** Input that sets the item's large attribute `page`. */
export function page(text: string) {
  return { largeAttributes: { page: { text } } };
}

/** One store for the tests of a file; an item of its own, and no faults, for each test. */
export class Stage {
  #store: TestStore | undefined;
  #items = 0;

  /** By default with the product's own assembly, and parts as AWS has them. */
  async open(options: Omit<StoreOptions, 'clock'> = {}): Promise<void> {
    this.#store = await startStore({ clock: 'manual', ...options });
  }

  async close(): Promise<void> {
    await this.#store?.[Symbol.asyncDispose]();
  }

  get store(): TestStore {
    if (this.#store === undefined) throw new Error('the stage is not open yet');
    return this.#store;
  }

  /** Forgets the item and the faults of the test before. */
  reset(): void {
    this.#items += 1;
    this.store.cloud.faults.clear();
  }

  /** The item's key as input, and typed. */
  get key(): { readonly id: string } {
    return { id: `doc-${this.#items}` };
  }

  get typedKey(): Item {
    return { id: { S: this.key.id } };
  }

  start(operation: Operation, input: object = {}): Promise<Run> {
    return this.store.start(operation, { key: this.key, ...input });
  }

  /** Starts a run that waits before a task: its function is throttled once, and time stands still. */
  async startHeld(
    operation: Operation,
    input: object,
    before: 'PutObject' | 'WriteItem' | 'DeleteObjects',
  ): Promise<Run> {
    const throttled = { service: 'lambda', operation: 'Invoke', error: 'TooManyRequestsException' } as const;
    this.fault({ ...throttled, when: 'before', match: before });
    const run = await this.start(operation, input);
    await run.until(taskFailures(1));
    return run;
  }

  /** A run that must succeed without any wait. */
  async commit(operation: Operation, input?: object): Promise<void> {
    const run = await this.start(operation, input);
    expect(await run.end()).toMatchObject({ status: 'SUCCEEDED' });
  }

  /** A sweep to its end, a deleting one unless the input says otherwise. */
  async sweep(input: SweepInput = {}): Promise<EndedRun> {
    return this.store.passUntilSwept(await this.store.startSweep({ dryRun: false, ...input }));
  }

  fault(fault: FaultInput): void {
    this.store.cloud.faults.inject(fault);
  }

  /** A fault of the item's write. */
  writeFault(fault: Omit<FaultInput, 'service' | 'operation'>): void {
    this.fault({ service: 'dynamodb', operation: 'TransactWriteItems', ...fault });
  }

  item(): Promise<Item | undefined> {
    return this.store.item(this.typedKey);
  }

  /** Keys of the item's objects, whoever put them. */
  objects(): Promise<string[]> {
    return this.store.objects(itemPrefix(this.store.descriptor, this.typedKey));
  }

  /** The same as a list of the bucket has them. */
  async listed(): Promise<readonly ListedObject[]> {
    const all = await this.store.listed();
    const own = new Set(await this.objects());
    return all.filter(({ key }) => own.has(key));
  }

  /** The content that the item's `page` points at, or undefined without item. */
  async page(): Promise<string | undefined> {
    const pointer = (await this.item())?.page;
    return pointer && 'S' in pointer ? this.store.content(this.#keyOf(pointer.S)) : undefined;
  }

  /** What is left when, twenty minutes later, everything in flight has landed. */
  async outcome(ended: EndedRun): Promise<Outcome> {
    this.store.pass(20 * 60);
    const [item, losses] = [await this.item(), await this.losses()];
    return { ended, item, losses, page: losses.dangling.length > 0 ? undefined : await this.page() };
  }

  async losses(): Promise<Losses> {
    const pointed = [...readPointers((await this.item()) ?? {}, this.store.descriptor).values()].map((uri) =>
      this.#keyOf(uri),
    );
    const present = await this.objects();
    return {
      dangling: pointed.filter((key) => !present.includes(key)),
      orphans: present.filter((key) => !pointed.includes(key)),
    };
  }

  #keyOf(pointer: string): string {
    return pointer.slice(`s3://${this.store.descriptor.bucket}/`.length);
  }
}

/** A stage for the file that calls this. */
export function useStage(options: Omit<StoreOptions, 'clock'> = {}): Stage {
  const stage = new Stage();
  beforeAll(() => stage.open(options));
  beforeEach(() => stage.reset());
  afterAll(() => stage.close());
  return stage;
}
