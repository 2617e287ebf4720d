import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { createClock } from '../../local/clock.ts';
import { type ChangeRecord, createDynamoDb } from '../../local/dynamodb/index.ts';
import { openCursor, type StreamCursorOptions } from '../../local/lambda/stream-mapping/cursor.ts';
import { DEFAULT_IDENTITY } from '../../local/service.ts';
import { table } from './support.ts';

/** A table with a stream, written to in memory. */
async function openTable() {
  const dynamodb = createDynamoDb({ clock: createClock(), identity: DEFAULT_IDENTITY });
  onTestFinished(() => dynamodb.close());
  const { streamArn = '' } = await dynamodb.createTable(table.Properties);
  const put = async (id: string, text = ''): Promise<void> => {
    const Item = { id: { S: id }, text: { S: text } };
    const call = await dynamodb.accept({
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: { 'x-amz-target': 'DynamoDB_20120810.PutItem' },
      body: Readable.from([JSON.stringify({ TableName: 'items', Item })]),
    });
    await call.perform();
  };
  const open = (options: Partial<StreamCursorOptions> = {}) =>
    openCursor({
      dynamodb,
      streamArn,
      matches: () => true,
      batchSize: 100,
      from: 'TRIM_HORIZON',
      ...options,
    });
  return { put, open };
}

const idsOf = (records: readonly ChangeRecord[]) => records.map(({ dynamodb }) => dynamodb.Keys.id?.S);

test('a stream is read from its oldest record or after its newest, as the mapping says', async () => {
  const { put, open } = await openTable();
  await put('before');
  const oldest = open();
  const newest = open({ from: 'LATEST' });
  await put('after');
  expect(idsOf(oldest.waiting().records)).toEqual(['before', 'after']);
  expect(idsOf(newest.waiting().records)).toEqual(['after']);
});

test('a batch is full when an event of 6 MB holds no more', async () => {
  const { put, open } = await openTable();
  const cursor = open();
  for (let i = 0; i < 16; i += 1) await put(String(i), 'x'.repeat(390_000));
  expect(cursor.waiting().full).toBe(false);
  await put('16', 'x'.repeat(390_000));
  const { records, full } = cursor.waiting();
  expect({ count: records.length, full }).toEqual({ count: 16, full: true });
  cursor.pass(records.at(-1) as ChangeRecord);
  expect(idsOf(cursor.waiting().records)).toEqual(['16']);
});
