// Items that were read by other means: in either spelling, with content that is fetched only while the item points at it.

import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { IntegrityError, ItemChanged, Rejected } from '../../../client/index.ts';
import { itemAt, objectKeyOf, type SdkItem } from '../items.ts';
import { items, objects } from '../mocked-items.ts';
import { clientOf, dynamodb, resetMocks, s3 } from '../mocks.ts';

const client = clientOf();
const plain: SdkItem = {
  title: { S: 'A cat' },
  views: { N: '7' },
  tags: { SS: ['a'] },
  raw: { B: Uint8Array.of(1, 2) },
  deep: { M: { list: { L: [{ BS: [Uint8Array.of(3)] }] } } },
};
const typed = itemAt(2, { page: 'a page' }, plain);
const values = {
  title: 'A cat',
  views: 7,
  tags: new Set(['a']),
  raw: Uint8Array.of(1, 2),
  deep: { list: [new Set([Uint8Array.of(3)])] },
};

beforeEach(() => {
  resetMocks();
  items(typed);
  objects({ [objectKeyOf('page', 'a page', 2)]: 'a page' });
});

/** As JSON has it: in an event of Lambda, in an export. */
function jsonOf(item: SdkItem): object {
  const base64 = (_: string, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
  return JSON.parse(JSON.stringify(item, base64));
}

describe('attach', () => {
  it.each<[string, object]>([
    ["in the SDK's values", typed],
    ["in DynamoDB's JSON", jsonOf(typed)],
    ['in plain values', unmarshall(typed)],
  ])('gives an item %s its content, once the table has the same pointer', async (_, raw) => {
    const item = client.attach(raw);
    expect(item).toMatchObject({ key: { id: '42' }, version: 2, attributes: values });
    expect(Object.keys(item.attributes).toSorted()).toEqual(Object.keys(values).toSorted());
    expect([...dynamodb.calls(), ...s3.calls()]).toEqual([]);
    expect(await item.large.page?.text()).toBe('a page');
    expect(dynamodb.commandCalls(GetItemCommand)[0]?.args[0].input).toMatchObject({
      Key: { id: { S: '42' } },
      ConsistentRead: true,
    });
    expect((await item.get())?.version).toBe(2);
  });

  it('knows a large attribute without _saga by where it points', async () => {
    const { _saga, ...rest } = unmarshall(typed);
    const odd = { site: 's3://another/x', gone: undefined, at: new Date(0), constructor: 'a' };
    const item = client.attach({ ...rest, ...odd });
    expect(item.version).toBeUndefined();
    expect(Object.keys(item.large)).toEqual(['page']);
    expect(item.attributes).toMatchObject({ ...values, ...odd });
    expect(await item.large.page?.text()).toBe('a page');
  });

  it.each<[string, SdkItem | undefined]>([
    ['was written since', itemAt(3, { page: 'new page' })],
    ['has lost the attribute', itemAt(3, {})],
    ['was deleted', undefined],
  ])('fetches nothing of an item that %s, though the object is there', async (_, now) => {
    items(now);
    const page = client.attach(typed).large.page;
    await expect(page?.text()).rejects.toBeInstanceOf(ItemChanged);
    await expect(page?.head()).rejects.toBeInstanceOf(ItemChanged);
    await expect(page?.presignedUrl()).rejects.toBeInstanceOf(ItemChanged);
    await expect(page?.stream().getReader().read()).rejects.toBeInstanceOf(ItemChanged);
    expect(s3.calls()).toEqual([]);
  });

  it('does not change with what it was given', () => {
    const raw: Record<string, unknown> = unmarshall(typed);
    const item = client.attach(raw);
    (raw.deep as { list: unknown[] }).list.push(1);
    expect(item.attributes.deep).toEqual(values.deep);
  });

  it.each<[string, unknown, string]>([
    ['without a key', { title: 'x' }, 'key.id'],
    ['with a key of another type', { id: 1 }, 'key.id'],
    ['with a typed key of another type', { id: { N: '1' } }, 'key.id'],
    ['with an empty key', { id: '' }, 'key.id'],
    ['with half of its values typed', { id: { S: '1' }, title: 'x' }, 'item.title'],
    ['of another store', { ...typed, page: { S: 's3://another/items/x' } }, 'item.page'],
    ['of no kind', [], 'item'],
    ['that is none', undefined, 'item'],
  ])('refuses what is %s', (_, raw, field) => {
    expect(() => client.attach(raw as object)).toThrow(Rejected);
    expect(() => client.attach(raw as object)).toThrow(expect.objectContaining({ field }));
  });

  it('reports a spoiled _saga with the key of its item', () => {
    expect(() => client.attach({ id: '42', _saga: 'mine' })).toThrow(IntegrityError);
    expect(() => client.attach({ id: '42', _saga: 'mine' })).toThrow('42');
  });
});
