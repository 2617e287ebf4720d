// Query and Scan: keys, order, pages, filters, indexes.

import { paginateQuery, paginateScan, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { type Behaviour, type Item, refused, type Subject } from '../behaviour.ts';

/** Puts items with these sort keys into one partition of the sorted table. */
async function partition(
  { client, sorted }: Subject,
  pk: string,
  sks: string[],
  extra: Item = {},
): Promise<void> {
  for (const sk of sks)
    await client.putItem({ TableName: sorted, Item: { pk: { S: pk }, sk: { N: sk }, ...extra } });
}

/** The sort keys that a query of one partition gives, of all its pages. */
async function sortKeys(
  { client, sorted: TableName }: Subject,
  pk: string,
  sortCondition = '',
  values: Item = {},
  options: Partial<QueryCommandInput> = {},
): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  const pages = paginateQuery(
    { client },
    {
      TableName,
      KeyConditionExpression: `pk = :pk${sortCondition && ` AND ${sortCondition}`}`,
      ExpressionAttributeValues: { ':pk': { S: pk }, ...values },
      ...options,
    },
  );
  for await (const page of pages) found.push(...(page.Items ?? []).map((item) => item.sk?.N));
  return found;
}

const number = (value: number) => ({ N: String(value) });

export const queryBehaviours: readonly Behaviour[] = [
  [
    'Query gives a partition in the order of its sort key, forwards and backwards',
    async (subject) => {
      await partition(subject, 'ordered', ['10', '-2.5', '9', '0', '-10', '1e2']);
      const ascending = ['-10', '-2.5', '0', '9', '10', '100'];
      expect(await sortKeys(subject, 'ordered')).toEqual(ascending);
      const backwards = await sortKeys(subject, 'ordered', '', {}, { ScanIndexForward: false });
      expect(backwards).toEqual([...ascending].reverse());
    },
  ],
  [
    'Query narrows by the sort key',
    async (subject) => {
      await partition(subject, 'narrowed', ['1', '2', '3', '4']);
      const by = (condition: string, values: Item) => sortKeys(subject, 'narrowed', condition, values);
      expect(await by('sk = :a', { ':a': number(2) })).toEqual(['2']);
      expect(await by('sk < :a', { ':a': number(3) })).toEqual(['1', '2']);
      expect(await by('sk >= :a', { ':a': number(3) })).toEqual(['3', '4']);
      expect(await by('sk BETWEEN :a AND :b', { ':a': number(2), ':b': number(3) })).toEqual(['2', '3']);
    },
  ],
  [
    'Query pages by Limit without loss or repetition, in both directions',
    async (subject) => {
      const sks = Array.from({ length: 7 }, (_, index) => String(index));
      await partition(subject, 'paged', sks);
      for (const ScanIndexForward of [true, false]) {
        const found = await sortKeys(subject, 'paged', '', {}, { Limit: 3, ScanIndexForward });
        expect(found).toEqual(ScanIndexForward ? sks : [...sks].reverse());
      }
    },
  ],
  [
    'Limit counts items before the filter',
    async (subject) => {
      const { client, sorted } = subject;
      await partition(subject, 'filtered', ['1', '2', '3', '4']);
      const page = await client.query({
        TableName: sorted,
        KeyConditionExpression: 'pk = :pk',
        FilterExpression: 'attribute_exists(nothing)',
        ExpressionAttributeValues: { ':pk': { S: 'filtered' } },
        Limit: 2,
      });
      expect(page).toMatchObject({ Items: [], Count: 0, ScannedCount: 2 });
      expect(page.LastEvaluatedKey).toEqual({ pk: { S: 'filtered' }, sk: { N: '2' } });
    },
  ],
  [
    'filters compare maps and lists by what they hold',
    async (subject) => {
      const meta = { M: { tags: { L: [{ S: 'x' }] } } };
      await partition(subject, 'deep-filter', ['1'], { meta });
      const matching = (value: Item[string]) =>
        sortKeys(subject, 'deep-filter', '', { ':meta': value }, { FilterExpression: 'meta = :meta' });
      expect(await matching(meta)).toEqual(['1']);
      expect(await matching({ M: {} })).toEqual([]);
    },
  ],
  [
    'Select COUNT counts what passes the filter, without items',
    async (subject) => {
      const { client, sorted } = subject;
      await partition(subject, 'counted', ['1', '2', '3'], { even: { BOOL: false } });
      await partition(subject, 'counted', ['2'], { even: { BOOL: true } });
      const page = await client.query({
        TableName: sorted,
        KeyConditionExpression: 'pk = :pk',
        FilterExpression: 'even = :no',
        ExpressionAttributeValues: { ':pk': { S: 'counted' }, ':no': { BOOL: false } },
        Select: 'COUNT',
      });
      expect(page).toMatchObject({ Count: 2, ScannedCount: 3 });
      expect(page.Items).toBeUndefined();
    },
  ],
  [
    'Query projects attributes',
    async (subject) => {
      const { client, sorted } = subject;
      await partition(subject, 'narrow', ['1'], { a: { S: 'x' }, b: { S: 'y' } });
      const { Items } = await client.query({
        TableName: sorted,
        KeyConditionExpression: 'pk = :pk',
        FilterExpression: 'b = :y',
        ProjectionExpression: 'a',
        ExpressionAttributeValues: { ':pk': { S: 'narrow' }, ':y': { S: 'y' } },
      });
      expect(Items).toEqual([{ a: { S: 'x' } }]);
    },
  ],
  [
    'a global index follows puts, updates, deletes and transactions',
    async (subject) => {
      const { client, sorted: TableName } = subject;
      const found = async (kind: string) => {
        const { Items } = await client.query({
          TableName,
          IndexName: 'byKind',
          KeyConditionExpression: 'kind = :kind',
          ExpressionAttributeValues: { ':kind': { S: kind } },
        });
        return Items?.map((item) => item.sk?.N);
      };
      const key = (sk: string) => ({ pk: { S: 'indexed' }, sk: { N: sk } });
      await partition(subject, 'indexed', ['1', '2'], { kind: { S: 'cat' } });
      await partition(subject, 'indexed', ['3']);
      expect(await found('cat')).toEqual(['1', '2']);
      const toDog = {
        UpdateExpression: 'SET kind = :kind',
        ExpressionAttributeValues: { ':kind': { S: 'dog' } },
      };
      await client.updateItem({ TableName, Key: key('1'), ...toDog });
      await client.transactWriteItems({
        TransactItems: [
          { Update: { TableName, Key: key('3'), ...toDog } },
          { Delete: { TableName, Key: key('2') } },
        ],
      });
      expect(await found('cat')).toEqual([]);
      expect(await found('dog')).toEqual(['1', '3']);
    },
  ],
  [
    'an index key of the wrong type or empty is refused',
    async ({ client, sorted: TableName }) => {
      const key = { pk: { S: 'bad-index-key' }, sk: { N: '1' } };
      await refused(
        client.putItem({ TableName, Item: { ...key, kind: { N: '1' } } }),
        'Type mismatch for Index Key',
      );
      await refused(client.putItem({ TableName, Item: { ...key, kind: { S: '' } } }), 'empty string value');
    },
  ],
  [
    'Scan pages through a table, as a whole and in segments',
    async (subject) => {
      const { client, sorted: TableName } = subject;
      await Promise.all(
        ['a', 'b', 'c', 'd', 'e'].map((pk) => partition(subject, `scanned-${pk}`, ['1', '2'])),
      );
      const scan = async (segment: object) => {
        const found: string[] = [];
        for await (const page of paginateScan({ client }, { TableName, Limit: 3, ...segment })) {
          found.push(...(page.Items ?? []).map((item) => `${item.pk?.S}/${item.sk?.N}`));
        }
        return found.filter((key) => key.startsWith('scanned-')).sort();
      };
      const whole = await scan({});
      expect(whole).toHaveLength(10);
      const segments = await Promise.all([0, 1, 2].map((Segment) => scan({ Segment, TotalSegments: 3 })));
      expect(segments.flat().sort()).toEqual(whole);
    },
  ],
  [
    'key conditions that no key can answer are refused',
    async ({ client, sorted: TableName }) => {
      const asked = (KeyConditionExpression: string, values: Item) =>
        client.query({ TableName, KeyConditionExpression, ExpressionAttributeValues: values });
      await refused(asked('sk = :v', { ':v': { N: '1' } }), 'missed key schema element: pk');
      await refused(asked('pk > :v', { ':v': { S: 'a' } }), 'key condition not supported');
      await refused(asked('pk = :v', { ':v': { N: '1' } }), 'does not match schema type');
      await refused(asked('pk = :v OR pk = :w', { ':v': { S: 'a' }, ':w': { S: 'b' } }), 'Invalid operator');
    },
  ],
];
