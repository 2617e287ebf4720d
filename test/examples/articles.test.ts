// The examples that read items through other libraries, and behind the table's stream, on the local cloud.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { App } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LargeItemClient } from '../../client/index.ts';
import * as toolbox from '../../examples/libraries/dynamodb-toolbox.ts';
import * as electrodb from '../../examples/libraries/electrodb.ts';
import type { Article } from '../../examples/stream-consumer/consumer.ts';
import { ArticlesStack } from '../../examples/stream-consumer/stack.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';

let folder: string;
let cloud: LocalCloud;
let docs: LargeItemClient<Article>;
let dynamodb: DynamoDBClient;
let consumer: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinwrite-articles-'));
  const assembly = join(folder, 'cdk.out');
  const app = new App({
    outdir: assembly,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  });
  new ArticlesStack(app, 'Articles');
  app.synth();
  cloud = await startLocalCloud({ assembly, timeScale: 1000, warmUp: false });
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
  docs = await LargeItemClient.fromStack<Article>({ stackName: 'Articles', pollIntervalMs: 10 });
  dynamodb = new DynamoDBClient({});
});
afterAll(async () => {
  vi.unstubAllEnvs();
  dynamodb.destroy();
  await cloud.stop();
  await rm(folder, { recursive: true });
});

describe.each([
  ['ElectroDB', electrodb.longArticles],
  ['dynamodb-toolbox', toolbox.longArticles],
])('%s', (library, longArticles) => {
  const author = `Ada of ${library}`;

  beforeAll(async () => {
    for (const [title, words] of [
      ['One', 10],
      ['Three', 30],
      ['Two', 20],
    ] as const) {
      await docs.create({
        key: { author, title },
        attributes: { words },
        largeAttributes: { body: `of ${title}` },
      });
    }
  });

  it('finds items that become whole: with version, attributes and content', async () => {
    const found = await longArticles(docs, dynamodb, author, 15);
    expect(found).toMatchObject([
      { key: { author, title: 'Three' }, version: 1, attributes: { words: 30 } },
      { key: { author, title: 'Two' }, version: 1, attributes: { words: 20 } },
    ]);
    expect(await Promise.all(found.map(({ large }) => large.body?.text()))).toEqual(['of Three', 'of Two']);
  });

  it('has an item whose content is not mixed with that of a later version', async () => {
    const [three] = await longArticles(docs, dynamodb, author, 25);
    await docs.update({ key: { author, title: 'Three' }, largeAttributes: { body: 'anew' } });
    await expect(three?.large.body?.text()).rejects.toThrow('the item was written since');
    expect(await (await three?.get())?.large.body?.text()).toBe('anew');
  });
});

describe('behind the stream', () => {
  /** What the function told, so far as it is about this author. */
  function told(author: string): Record<string, unknown>[] {
    return cloud
      .logs(consumer)
      .flatMap((line) => /ARTICLE (.*)$/.exec(line)?.[1] ?? [])
      .filter((line) => line.includes(author))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
  const key = { author: 'streamed', title: 'One' };

  beforeAll(() => {
    const [found] = Object.entries(cloud.resources).filter(
      ([name, { type }]) => name.startsWith('Consumer') && type === 'AWS::Lambda::Function',
    );
    consumer = found?.[1].physicalId ?? '';
  });

  it('reads content that has changed, and only that', async () => {
    await docs.create({ key, attributes: { words: 1 }, largeAttributes: { body: 'one two three' } });
    await vi.waitUntil(() => told(key.author).length === 1, { timeout: 60_000 });
    await docs.update({ key, set: { words: 2 } });
    await docs.update({ key, largeAttributes: { body: 'four words of it' } });
    await vi.waitUntil(() => told(key.author).length === 2, { timeout: 60_000 });
    await docs.delete({ key });
    await vi.waitUntil(() => told(key.author).length === 3, { timeout: 60_000 });
    expect(told(key.author)).toEqual([
      { key, version: 1, words: 3 },
      { key, version: 3, words: 4 },
      { removed: { author: { S: 'streamed' }, title: { S: 'One' } } },
    ]);
  });

  it('goes on past what another program has spoiled', async () => {
    const TableName = docs.store.table;
    const Key = { author: { S: 'spoiling' }, title: { S: 'x' } };
    await dynamodb.send(new PutItemCommand({ TableName, Item: { ...Key, _saga: { S: 'mine' } } }));
    await dynamodb.send(new DeleteItemCommand({ TableName, Key }));
    await vi.waitUntil(() => told('spoiling').length === 2, { timeout: 60_000 });
    expect(told('spoiling')).toMatchObject([{ spoiled: Key }, { removed: Key }]);
  });
});
