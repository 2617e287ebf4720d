// A store whose object keys follow a template of its own, also one that began with the default template: what was put
// under a former template is read, kept, replaced and deleted through its pointer.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { storesIn } from '../../core/contract/store.ts';
import { parseObjectKey } from '../../core/keys/object-key.ts';
import { LargeItemStore } from '../../lib/index.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { TestStore } from './harness.ts';

const TEMPLATE = '{prefix}/{attr}:{pk}+{sk}/{run}/{sha256}';
const KEY = { sortKey: { name: 'at', type: 'N' } } as const;

let folder: string;
let cloud: LocalCloud;
/** One table and bucket, before and after its template was changed. */
let before: TestStore;
let after: TestStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinwrite-templates-'));
  const app = new App({ outdir: folder, analyticsReporting: false });
  const stack = new Stack(app, 'Templates');
  // It will have had the other, once that is given up again.
  const formerObjectKeyTemplates = [TEMPLATE];
  const { table, bucket } = new LargeItemStore(stack, 'Before', { ...KEY, formerObjectKeyTemplates });
  new LargeItemStore(stack, 'After', { ...KEY, table, bucket, objectKeyTemplate: TEMPLATE });
  app.synth();
  cloud = await startLocalCloud({ assembly: folder, timeScale: 100, warmUp: false });
  const stores = storesIn(cloud.outputs.Templates ?? {});
  const storeNamed = (name: string) => {
    const found = stores.find(({ output }) => output.startsWith(name));
    return new TestStore(cloud, (found as (typeof stores)[number]).store);
  };
  before = storeNamed('Before');
  after = storeNamed('After');
});

afterAll(async () => {
  await before[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function input(id: string, large: Readonly<Record<string, string>>) {
  const texts = Object.entries(large).map(([name, text]) => [name, { text }]);
  return { key: { id, at: -1.5 }, largeAttributes: Object.fromEntries(texts) };
}

const SUCCEEDED = { status: 'SUCCEEDED', output: { cleanup: 'done' } };

it('keys follow the template, odd ones too, and an item lives and dies by them', async () => {
  const ids = ['a', 'a/b', 'a:a+-1.5', '.', '🗝️'];
  for (const id of ids) {
    expect(await after.run('create', input(id, { page: id, 'pk=:+': 'x' }))).toMatchObject(SUCCEEDED);
  }
  const keys = await after.objects();
  expect(keys).toHaveLength(2 * ids.length);
  const parts = keys.map((key) => parseObjectKey(after.descriptor, key));
  expect(new Set(parts.map((part) => part?.pk))).toEqual(new Set(ids));
  for (const [at, key] of keys.entries()) {
    if (parts[at]?.attribute === 'page') expect(await after.content(key)).toBe(parts[at]?.pk);
  }
  expect(keys).toContainEqual(expect.stringMatching(/^items\/page:a\+-1\.5\/create\.[^/]+\/[0-9a-f]{64}$/));

  for (const id of ids) {
    expect(await after.run('update', input(id, { page: 'new' }))).toMatchObject(SUCCEEDED);
    expect(await after.run('delete', { key: input(id, {}).key })).toMatchObject(SUCCEEDED);
  }
  expect(await after.objects()).toEqual([]);
});

it('objects of the former template are kept, replaced and deleted', async () => {
  expect(await before.run('create', input('b', { page: 'one', same: 'same', kept: 'kept' }))).toMatchObject(
    SUCCEEDED,
  );
  const old = await before.objects();
  const keyOf = (name: string) => old.find((key) => key.includes(`/attr=${name}/`)) as string;

  expect(await after.run('update', input('b', { page: 'two', same: 'same' }))).toMatchObject(SUCCEEDED);
  const now = await after.objects();
  expect(now.filter((key) => old.includes(key)).sort()).toEqual([keyOf('same'), keyOf('kept')].sort());
  expect(now).toHaveLength(3);
  expect(now).toContainEqual(expect.stringMatching(/^items\/page:b\+-1\.5\/update\./));

  // Back to the former template: what the other has put is as much the item's own.
  expect(await before.run('update', input('b', { page: 'three' }))).toMatchObject(SUCCEEDED);
  expect(await before.objects()).toHaveLength(3);
  expect(await after.run('delete', { key: { id: 'b', at: -1.5 } })).toMatchObject(SUCCEEDED);
  expect(await after.objects()).toEqual([]);
});

it('a pointer that was copied from another item is left alone, whichever template its key follows', async () => {
  expect(await before.run('create', input('c', { page: 'one' }))).toMatchObject(SUCCEEDED);
  expect(await after.run('create', input('d', { page: 'two' }))).toMatchObject(SUCCEEDED);
  const keys = await after.objects();
  expect(keys).toHaveLength(2);
  const pointers = keys.map((key, at) => [`page${at}`, { S: `s3://${after.descriptor.bucket}/${key}` }]);
  await after.putForeign({ id: { S: 'copy' }, at: { N: '-1.5' }, ...Object.fromEntries(pointers) });

  expect(await after.run('delete', { key: { id: 'copy', at: -1.5 } })).toMatchObject(SUCCEEDED);
  expect(await after.objects()).toEqual(keys);
});
