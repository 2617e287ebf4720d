// Keys of every type and any text: each item has objects of its own, and can be read, updated and deleted.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../core/keys/run.ts';
import { LargeItemStack, type LargeItemStoreProps } from '../../lib/index.ts';
import { type EndedRun, startStore, type TestStore } from './harness.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

async function storeOf(props: LargeItemStoreProps): Promise<TestStore> {
  const outdir = await mkdtemp(join(tmpdir(), 'twinwrite-keys-'));
  folders.push(outdir);
  const app = new App({ outdir, analyticsReporting: false });
  new LargeItemStack(app, 'Twinwrite', { store: props });
  app.synth();
  return startStore({ assembly: outdir });
}

/** Runs at once; more would only start more functions than a small machine has cores for. */
const AT_ONCE = 3;

/** Creates, then updates, then deletes all items. */
async function liveAndDie(
  store: TestStore,
  keys: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const all = async (operation: Operation, inputOf: (key: object) => object): Promise<EndedRun[]> => {
    const ends: EndedRun[] = [];
    for (let at = 0; at < keys.length; at += AT_ONCE) {
      const runs = keys.slice(at, at + AT_ONCE).map((key) => store.run(operation, { key, ...inputOf(key) }));
      ends.push(...(await Promise.all(runs)));
    }
    return ends;
  };
  const succeeded = keys.map(() => expect.objectContaining({ status: 'SUCCEEDED' }));
  const page = (text: string) => ({ largeAttributes: { page: { text } } });

  expect(await all('create', (key) => page(JSON.stringify(key)))).toEqual(succeeded);
  const contents = await Promise.all((await store.objects()).map((object) => store.content(object)));
  expect(contents.sort()).toEqual(keys.map((key) => JSON.stringify(key)).sort());

  expect(await all('update', () => page('new'))).toEqual(succeeded);
  expect(await store.objects()).toHaveLength(keys.length);

  expect(await all('delete', () => ({ mustExist: true }))).toEqual(succeeded);
  expect(await store.objects()).toEqual([]);
}

describe('keys never collide', () => {
  it('strings with slashes, equals signs, blanks, dots, percent signs and emoji', async () => {
    await using store = await startStore();
    const ids = [
      'a',
      'a/b',
      'a%2Fb',
      'a=b',
      'a b',
      'a+b',
      '.',
      '..',
      '/',
      '//',
      'a/attr=page',
      '🗝️',
      'é',
      'e\u0301',
      'null',
      '"',
      '\\',
      '\n',
    ];
    await liveAndDie(
      store,
      ids.map((id) => ({ id })),
    );
  });

  it('strings and numbers in a table with a sort key', async () => {
    await using store = await storeOf({
      partitionKey: { name: 'tenant/of', type: 'S' },
      sortKey: { name: 'number', type: 'N' },
    });
    const pairs: [string, number][] = [
      ['a', 1],
      ['a', 1.5],
      ['a', -1],
      ['a', 123456789012345],
      ['a', 1e-30],
      ['a/sk=1', 1],
      ['a', 0],
    ];
    await liveAndDie(
      store,
      pairs.map(([tenant, number]) => ({ 'tenant/of': tenant, number })),
    );
  });

  it('equal numbers are one item', async () => {
    await using store = await storeOf({ partitionKey: { name: 'n', type: 'N' } });
    const key = (N: string) => ({
      attributeFormat: 'dynamodb',
      key: { n: { N } },
      largeAttributes: { page: { text: N } },
    });
    expect(await store.run('create', key('1.50'))).toMatchObject({
      status: 'SUCCEEDED',
      output: { key: { n: { N: '1.5' } } },
    });
    expect(await store.run('create', key('15E-1'))).toMatchObject({ error: 'Rejected.AlreadyExists' });
  });

  it('bytes', async () => {
    await using store = await storeOf({ partitionKey: { name: 'hash', type: 'B' } });
    await liveAndDie(
      store,
      ['AA==', 'AAA=', 'AAAA', '////', '+/+/'].map((hash) => ({ hash })),
    );
  });
});
