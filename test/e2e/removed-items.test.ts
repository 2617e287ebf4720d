// Items that no saga removes: their objects go by the table's stream, and no others.

import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { storeIn } from '../../core/contract/store.ts';
import type { Item } from '../../core/values/attributes.ts';
import { toSdkItem } from '../../core/values/sdk-item.ts';
import { FAILURES_PREFIX } from '../../lib/clean-up/removed-items.ts';
import type { LargeItemStoreProps } from '../../lib/index.ts';
import { startCloud } from '../../local/cloud.ts';
import { createDynamoDb, type DynamoDb } from '../../local/dynamodb/index.ts';
import { createS3 } from '../../local/s3/index.ts';
import { createStates } from '../../local/states/index.ts';
import { type EndedRun, TestStore } from './harness.ts';
import { withAssembly } from './synthesize.ts';

/** Waits are this much shorter: a pause between the tries of a delivery takes a few milliseconds. */
const TIME_SCALE = 1000;
const PAST = Math.floor(Date.now() / 1000) - 3600;
const FUTURE = PAST + 365 * 24 * 3600;

/** A store whose time to live deletes when it is told to. */
class Removals {
  readonly store: TestStore;
  readonly #expire: DynamoDb['expire'];
  #items = 0;

  private constructor(store: TestStore, expire: DynamoDb['expire']) {
    this.store = store;
    this.#expire = expire;
  }

  static async open(props: LargeItemStoreProps): Promise<Removals> {
    let dynamodb: DynamoDb | undefined;
    const factories = {
      createS3,
      createDynamoDb: (options: Parameters<typeof createDynamoDb>[0]) => {
        dynamodb = createDynamoDb(options);
        return dynamodb;
      },
      createStates,
    };
    const cloud = await withAssembly(props, (assembly) =>
      startCloud({ assembly, timeScale: TIME_SCALE }, factories),
    );
    const store = new TestStore(cloud, storeIn(cloud.outputs.Twinwrite ?? {}));
    return new Removals(store, () => (dynamodb as DynamoDb).expire());
  }

  /** Creates an item with a page and a picture, and tells its key. */
  async create(attributes: object = {}, id = `doc-${this.#items++}`): Promise<string> {
    const largeAttributes = { page: { text: `page of ${id}` }, picture: { text: `picture of ${id}` } };
    const run = await this.store.run('create', { key: { id }, attributes, largeAttributes });
    expect(run).toMatchObject({ status: 'SUCCEEDED' });
    return id;
  }

  async expire(): Promise<void> {
    await this.#expire();
  }

  /** Deletes an item as another writer would. */
  async deleteForeign(id: string): Promise<void> {
    const key = { TableName: this.store.descriptor.table, Key: toSdkItem(keyOf(id)) };
    await this.store.dynamodb.send(new DeleteItemCommand(key));
  }

  objectsOf(id: string): Promise<string[]> {
    return this.store.objects(`${this.store.descriptor.prefix}/pk=${id}/`);
  }

  /** Resolves once an item has that many objects. */
  async left(id: string, count: number): Promise<void> {
    await vi.waitUntil(async () => (await this.objectsOf(id)).length === count, {
      timeout: 60_000,
      interval: 10,
    });
  }

  item(id: string): Promise<Item | undefined> {
    return this.store.item(keyOf(id));
  }
}

function keyOf(id: string): Item {
  return { id: { S: id } };
}

function open(props: LargeItemStoreProps): () => Removals {
  let removals: Removals | undefined;
  beforeAll(async () => {
    removals = await Removals.open(props);
  });
  beforeEach(() => removals?.store.cloud.faults.clear());
  afterAll(() => removals?.store[Symbol.asyncDispose]());
  return () => removals as Removals;
}

describe('with time to live', () => {
  const at = open({ ttl: 'expiresAt' });

  test('the objects of an expired item go, those of others stay', async () => {
    const gone = await at().create({ expiresAt: PAST });
    const kept = await at().create({ expiresAt: FUTURE });
    await at().expire();
    await at().left(gone, 0);
    expect(await at().item(gone)).toBeUndefined();
    expect(await at().objectsOf(kept)).toHaveLength(2);
  });

  test('an item that is there again keeps its new objects', async () => {
    const id = await at().create({ expiresAt: PAST });
    const old = await at().objectsOf(id);
    await at().expire();
    await at().create({}, id);
    await at().left(id, 2);
    expect((await at().objectsOf(id)).some((key) => old.includes(key))).toBe(false);
  });

  test('what other writers delete is not touched', async () => {
    const foreign = await at().create();
    await at().deleteForeign(foreign);
    // The stream is in order: once this later removal has been seen to, the earlier would have been.
    const last = await at().create({ expiresAt: PAST });
    await at().expire();
    await at().left(last, 0);
    expect(await at().objectsOf(foreign)).toHaveLength(2);
  });

  test.each([
    [
      'S3 refuses the deletion',
      { service: 's3', operation: 'DeleteObjects', error: 'SlowDown', status: 503 },
    ],
    ['the item cannot be read', { service: 'dynamodb', operation: 'GetItem', error: 'InternalServerError' }],
    [
      'the function crashes',
      { service: 'lambda', operation: 'Invoke', error: 'Runtime.ExitError', match: 'REMOVE' },
    ],
  ] as const)('it is tried again when %s', async (_, fault) => {
    const id = await at().create({ expiresAt: PAST });
    at().store.cloud.faults.inject({ ...fault, when: 'before', times: 3 });
    await at().expire();
    await at().left(id, 0);
    expect(at().store.cloud.faults.list()[0]).toMatchObject({ fired: 3 });
  });

  test('beside sagas on the same items nothing is lost and nothing is left', async () => {
    const { store } = at();
    const ids = await Promise.all(Array.from({ length: 8 }, () => at().create({ expiresAt: PAST })));
    const updates = ids.flatMap((id) =>
      ['one', 'two'].map((text) =>
        store.run('update', { key: { id }, largeAttributes: { page: { text: `${text} of ${id}` } } }),
      ),
    );
    await at().expire();
    const ends: readonly EndedRun[] = await Promise.all(updates);
    await at().expire();
    for (const id of ids) await at().left(id, 0);
    for (const { error = 'none' } of ends) {
      expect(error).toMatch(/^(none|Rejected\.NotFound|RolledBack\.NotFound)$/);
    }
  });

  test('a deletion that never succeeds is kept as a whole record, and holds nothing up', async () => {
    const { store } = at();
    const stuck = await at().create({ expiresAt: PAST });
    const other = { service: 's3', operation: 'DeleteObjects', error: 'AccessDenied', status: 403 } as const;
    store.cloud.faults.inject({ ...other, when: 'before', times: 'always' });
    await at().expire();
    await vi.waitUntil(async () => (await store.objects(`${FAILURES_PREFIX}/`)).length === 1, {
      timeout: 60_000,
      interval: 10,
    });
    const [report = ''] = await store.objects(`${FAILURES_PREFIX}/`);
    expect(await store.content(report)).toContain(`pk=${stuck}`);

    store.cloud.faults.clear();
    const next = await at().create({ expiresAt: PAST });
    await at().expire();
    await at().left(next, 0);
    expect(await at().objectsOf(stuck)).toHaveLength(2);
  });
});

describe('with cleanUpForeignDeletes', () => {
  const at = open({ cleanUpForeignDeletes: true });

  test('the objects of an item that another writer deletes go', async () => {
    const id = await at().create();
    await at().deleteForeign(id);
    await at().left(id, 0);
  });

  test('so do those that another writer overwrites; the others stay', async () => {
    const id = await at().create();
    const { page, picture } = (await at().item(id)) as Record<string, { S: string }>;
    await at().store.putForeign({ ...keyOf(id), ...(page && { page }), note: { S: 'no picture' } });
    await at().left(id, 1);
    expect(page?.S.endsWith((await at().objectsOf(id))[0] ?? '-')).toBe(true);
    expect(picture).toBeDefined();
  });

  test('an update by a saga that keeps what it replaces keeps it', async () => {
    const id = await at().create();
    const update = {
      key: { id },
      largeAttributes: { page: { text: 'new' } },
      cleanUp: { whenSucceeded: false },
    };
    expect(await at().store.run('update', update)).toMatchObject({ status: 'SUCCEEDED' });
    const last = await at().create();
    await at().deleteForeign(last);
    await at().left(last, 0);
    expect(await at().objectsOf(id)).toHaveLength(3);
  });
});
