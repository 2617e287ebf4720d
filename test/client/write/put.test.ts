// Puts, and updates that create, against the local cloud: what is there is replaced, all of it, by one writer at a time.

import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { LargeItemClient, type NotWritten } from '../../../client/index.ts';
import { objectsOf, useLocalCloud } from '../local-store.ts';

useLocalCloud();
let client: LargeItemClient;

beforeAll(async () => {
  client = await LargeItemClient.fromStack({ pollIntervalMs: 10 });
});

async function refusalOf(write: Promise<unknown>): Promise<Partial<NotWritten>> {
  return write.then(
    () => Promise.reject(new Error('it was written')),
    (error: NotWritten) => error,
  );
}

/** What the bucket has of an item, as pointers. */
async function pointersOf({ id }: { id: string }): Promise<string[]> {
  const { bucket, prefix } = client.store;
  return (await objectsOf(client, `${prefix}/pk=${id}/`)).map((key) => `s3://${bucket}/${key}`);
}

async function contentsOf(key: { id: string }): Promise<Record<string, string>> {
  const { large = {} } = (await client.get(key)) ?? {};
  const texts = Object.entries(large).map(async ([name, object]) => [name, await object?.text()] as const);
  return Object.fromEntries(await Promise.all(texts)) as Record<string, string>;
}

describe('a put', () => {
  it('creates an item', async () => {
    const key = { id: 'new' };
    const result = await client.put({ key, attributes: { n: 1 }, largeAttributes: { page: 'one' } });
    expect(result).toMatchObject({ version: 1, cleanup: 'done', letGo: [] });
    expect(await client.get(key)).toMatchObject({ version: 1, attributes: { n: 1 } });
    expect(await contentsOf(key)).toEqual({ page: 'one' });
  });

  it('replaces all of an item, and deletes its objects', async () => {
    const key = { id: 'replaced' };
    await client.create({ key, attributes: { a: 1 }, largeAttributes: { page: 'one', note: 'kept?' } });
    const result = await client.put({ key, attributes: { b: 2 }, largeAttributes: { page: 'two' } });
    expect(result).toMatchObject({ version: 2, cleanup: 'done' });
    expect((await client.get(key))?.attributes).toEqual({ b: 2 });
    expect(await contentsOf(key)).toEqual({ page: 'two' });
    expect(await pointersOf(key)).toEqual([result.largeAttributes.page]);
  });

  it('puts content anew that is the same, with the options of the put', async () => {
    const key = { id: 'same' };
    const page = { content: 'same', contentType: 'text/html' };
    const { largeAttributes: before } = await client.create({ key, largeAttributes: { page } });
    const { largeAttributes: after } = await client.put({ key, largeAttributes: { page: 'same' } });
    expect(after.page).not.toBe(before.page);
    expect((await client.get(key))?.large.page?.contentType).toBe('text/plain; charset=utf-8');
    expect(await pointersOf(key)).toEqual([after.page]);
  });

  it('of a version is refused at another, and where there is no item', async () => {
    const key = { id: 'versions' };
    const put = (expectedVersion: number) =>
      client.put({ key, largeAttributes: { page: `${expectedVersion}` }, expectedVersion });
    expect(await refusalOf(put(1))).toMatchObject({ name: 'Rejected', reason: 'NotFound' });
    await client.put({ key });
    expect(await put(1)).toMatchObject({ version: 2 });
    expect(await refusalOf(put(1))).toMatchObject({ reason: 'VersionMismatch', details: { actual: 2 } });
    expect(await contentsOf(key)).toEqual({ page: '1' });
    expect(await pointersOf(key)).toHaveLength(1);
  });

  it('beside others leaves the item of one of them, with its objects and no others', async () => {
    const key = { id: 'beside' };
    const writes = await Promise.all([
      ...['a', 'b', 'c'].map((by) => client.put({ key, attributes: { by }, largeAttributes: { page: by } })),
      client.update({ key, createIfMissing: true, set: { updated: true }, largeAttributes: { note: 'n' } }),
      client.delete({ key }),
    ]);
    const versions = writes.map(({ version }) => version);
    expect(new Set(versions).size).toBeGreaterThan(1);
    const item = await client.get(key);
    const contents = await contentsOf(key);
    if (item?.attributes.by !== undefined) expect(contents.page).toBe(item.attributes.by);
    expect(await pointersOf(key)).toHaveLength(Object.keys(contents).length);
  });

  it('is refused where it is none', async () => {
    const wrong = client.put(null as unknown as { key: { id: string } });
    await expect(wrong).rejects.toMatchObject({ reason: 'InvalidInput', field: 'input' });
    const create = { key: { id: 'x' }, expectedVersion: 1 } as { key: { id: string } };
    await expect(client.create(create)).rejects.toMatchObject({ field: 'expectedVersion' });
  });

  it('of many replaces what is there, and is told apart from a batch of creates', async () => {
    const inputs = ['a', 'b'].map((id) => ({ key: { id: `many-${id}` }, attributes: { name: id } }));
    await client.create({ key: { id: 'many-a' }, largeAttributes: { page: 'old' } });
    const outcomes = await client.putMany(inputs, { batch: 'puts' }).summary();
    expect(outcomes).toMatchObject({ written: 2, failed: 0 });
    expect(await client.get({ id: 'many-a' })).toMatchObject({ version: 2, attributes: { name: 'a' } });
    expect(await client.putMany(inputs, { batch: 'puts' }).summary()).toMatchObject({ writtenBefore: 2 });
    expect(await client.createMany(inputs, { batch: 'puts' }).summary()).toMatchObject({ failed: 2 });
    expect(inputs[0]).not.toHaveProperty('overwrite');
  });
});

it('a put of many tells of each what it has let go of', async () => {
  const { largeAttributes } = await client.create({ key: { id: 'owner' }, largeAttributes: { page: 'x' } });
  const page = { S: largeAttributes.page as string };
  await new DynamoDBClient({}).send(
    new PutItemCommand({ TableName: client.store.table, Item: { id: { S: 'copy' }, page } }),
  );
  for await (const outcome of client.putMany([{ key: { id: 'copy' } }])) {
    expect(outcome).toMatchObject({ status: 'written', result: { letGo: [page.S] } });
  }
  expect(await contentsOf({ id: 'owner' })).toEqual({ page: 'x' });
});

describe('an update with createIfMissing', () => {
  it("creates the item as DynamoDB's UpdateItem does, then changes it", async () => {
    const key = { id: 'counter' };
    const count = () =>
      client.update({ key, createIfMissing: true, add: { n: 1 }, largeAttributes: { page: 'p' } });
    expect(await count()).toMatchObject({ version: 1 });
    expect(await count()).toMatchObject({ version: 2 });
    expect(await client.get(key)).toMatchObject({ attributes: { n: 2 } });
    expect(await pointersOf(key)).toHaveLength(1);
  });

  it('counts each of several at once', async () => {
    const key = { id: 'race' };
    const counts = await Promise.all(
      [1, 2, 3].map(() => client.update({ key, createIfMissing: true, add: { n: 1 } })),
    );
    expect(counts.map(({ version }) => version).sort()).toEqual([1, 2, 3]);
    expect(await client.get(key)).toMatchObject({ version: 3, attributes: { n: 3 } });
  });

  it('meets its condition, also where there is nothing', async () => {
    const key = { id: 'condition' };
    const open = (expression: string) =>
      client.update({ key, createIfMissing: true, set: { open: true }, condition: { expression } });
    expect(await refusalOf(open('attribute_exists(id)'))).toMatchObject({
      name: 'RolledBack',
      reason: 'ConditionFailed',
      details: { version: null },
    });
    expect(await open('attribute_not_exists(id)')).toMatchObject({ version: 1 });
    expect(await refusalOf(open('attribute_not_exists(id)'))).toMatchObject({
      reason: 'ConditionFailed',
      details: { version: 1 },
    });
  });

  it('is refused beside an expectedVersion, and not the default', async () => {
    const key = { id: 'refused' };
    const both = client.update({ key, createIfMissing: true, expectedVersion: 1 });
    expect(await refusalOf(both)).toMatchObject({ reason: 'InvalidInput', field: 'createIfMissing' });
    expect(await refusalOf(client.update({ key, set: { n: 1 } }))).toMatchObject({ reason: 'NotFound' });
  });
});
