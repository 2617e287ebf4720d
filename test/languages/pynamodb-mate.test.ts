// What pynamodb_mate itself writes is read, updated and deleted, and what sagas write it reads (docs/migration.md).

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IntegrityError, LargeItemClient } from '../../client/index.ts';
import { startStore, type TestStore } from '../e2e/harness.ts';
import { mateKey, putMateItem } from '../e2e/pynamodb-mate.ts';
import { environment, python, ROOT } from './python.ts';

let store: TestStore;
let client: LargeItemClient;
let library: Library;

beforeAll(async () => {
  store = await startStore();
  client = new LargeItemClient({ ...store, store: store.descriptor, pollIntervalMs: 10 });
  library = new Library(store);
});

afterAll(async () => {
  await library.stop();
  await store[Symbol.asyncDispose]();
});

/** The library in a process of its own, asked one thing after the other. */
class Library {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;

  constructor({ cloud, descriptor }: TestStore) {
    const env = {
      ...environment(cloud),
      MATE_TABLE: descriptor.table,
      MATE_BUCKET: descriptor.bucket,
      MATE_PREFIX: `${descriptor.prefix}/`,
    };
    this.#process = spawn(python(), [join(ROOT, 'test', 'languages', 'mate.py')], { env });
    this.#process.stderr.pipe(process.stderr);
    this.#answers = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
  }

  /** @throws {Error} what the library throws */
  async ask(command: Readonly<Record<string, unknown>>): Promise<unknown> {
    this.#process.stdin.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error('the library has ended');
    const { result, error } = JSON.parse(value);
    if (error !== undefined) throw new Error(error);
    return result;
  }

  create(pk: string, large: Readonly<Record<string, string>>, title = 'T'): Promise<unknown> {
    return this.ask({ do: 'create', pk, large: encoded(large), title });
  }

  update(pk: string, large: Readonly<Record<string, string>>): Promise<unknown> {
    return this.ask({ do: 'update', pk, large: encoded(large) });
  }

  async stop(): Promise<void> {
    this.#process.stdin.end();
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
  }
}

function encoded(large: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(large).map(([name, text]) => [name, Buffer.from(text).toString('base64')]);
  return Object.fromEntries(entries);
}

async function objectsOf(pk: string): Promise<{ key: string; etag: string | undefined }[]> {
  const { bucket: Bucket, prefix } = store.descriptor;
  const { Contents = [] } = await store.s3.send(
    new ListObjectsV2Command({ Bucket, Prefix: `${prefix}/pk=${pk}/` }),
  );
  return Contents.map(({ Key, ETag }) => ({ key: Key as string, etag: ETag }));
}

it('writes what the fixtures of test/e2e write, so that these stand for it', async () => {
  const { bucket, prefix } = store.descriptor;
  await library.create('real', { html: '<p>é</p>', image: 'pixels' });
  const real = await store.item({ id: { S: 'real' } });
  await putMateItem(store, {
    bucket,
    prefix: `${prefix}/`,
    pk: 'fixture',
    large: { html: '<p>é</p>', image: 'pixels' },
  });
  const fixture = await store.item({ id: { S: 'fixture' } });
  expect(JSON.stringify(real?.html)).toBe(JSON.stringify(fixture?.html).replace('pk=fixture', 'pk=real'));
  expect((await objectsOf('real')).map(({ etag }) => etag)).toEqual(
    (await objectsOf('fixture')).map(({ etag }) => etag),
  );
  expect(Object.keys(real ?? {}).sort()).toEqual(['html', 'id', 'image', 'title', 'update_at']);
  const pointer = `s3://${bucket}/${mateKey({ bucket, prefix, pk: 'real', large: {} }, 'image', 'pixels')}`;
  expect(real?.image).toEqual({ S: pointer });
});

it('is followed by sagas: read, update, delete', async () => {
  await library.create('a/b c', { html: '<p>one</p>', image: 'pixels' });
  const item = await client.get({ id: 'a/b c' });
  expect(item).toMatchObject({ version: null, attributes: { title: 'T' } });
  expect(await item?.large.html?.text()).toBe('<p>one</p>');
  expect(item?.large.html?.updatedAt).toMatch(/^\d{4}-\d\d-\d\dT/);

  await client.update({ key: { id: 'a/b c' }, largeAttributes: { html: '<p>two</p>' } });
  expect((await objectsOf('a/b c')).map(({ key }) => key)).toEqual([
    expect.stringContaining('attr=image/md5='),
  ]);
  await client.delete({ key: { id: 'a/b c' }, expectedVersion: 1 });
  expect(await objectsOf('a/b c')).toEqual([]);
  expect(await store.objects(`${store.descriptor.prefix}/pk=a%2Fb`)).toEqual([]);
});

describe('going back', () => {
  it('reads, updates and deletes items of sagas, whose attributes of their own do not trouble it', async () => {
    await client.create({
      key: { id: 'back' },
      attributes: { title: 'T' },
      largeAttributes: { html: 'one', image: 'pixels' },
    });
    const read = (await library.ask({ do: 'read', pk: 'back' })) as Record<string, string>;
    expect(read).toMatchObject({ title: 'T', html: expect.stringMatching(/sha256=[0-9a-f]{64}\/create\./) });
    await library.update('back', { html: 'two' });
    expect(await (await client.get({ id: 'back' }))?.large.html?.text()).toBe('two');
    expect((await objectsOf('back')).map(({ key }) => key).sort()).toEqual([
      expect.stringContaining('attr=html/md5='),
      expect.stringContaining('attr=image/sha256='),
    ]);
    await library.ask({ do: 'delete', pk: 'back' });
    expect(await objectsOf('back')).toEqual([]);
    expect(await client.get({ id: 'back' })).toBeUndefined();
  });
});

describe('side by side, as docs/migration.md warns', () => {
  it('its creates end the version, so the next saga adopts the item, and an object of the old one is an orphan', async () => {
    await client.create({ key: { id: 'over' }, largeAttributes: { html: 'one' } });
    await library.create('over', { image: 'pixels' });
    expect((await client.get({ id: 'over' }))?.version).toBeNull();
    expect(await client.update({ key: { id: 'over' }, set: { title: 'U' } })).toMatchObject({ version: 1 });
    expect(await objectsOf('over')).toHaveLength(2);
  });

  it('content that it sees and a saga replaces is gone: dangling', async () => {
    await library.create('raced', { html: 'one' });
    expect(await library.ask({ do: 'put', pk: 'raced', large: encoded({ html: 'one' }) })).toEqual({
      html: false,
    });
    await client.update({ key: { id: 'raced' }, largeAttributes: { html: 'two' } });
    await library.ask({ do: 'save', pk: 'raced' });
    await expect(client.get({ id: 'raced' })).rejects.toThrow(IntegrityError);
  });

  it('its updates do not count as versions', async () => {
    const { version } = await client.create({ key: { id: 'count' }, largeAttributes: { html: 'one' } });
    await library.update('count', { html: 'two' });
    expect((await client.get({ id: 'count' }))?.version).toBe(version);
  });
});

it('cannot write what docs/migration.md says that it cannot: keys that are no ASCII', async () => {
  await expect(library.create('é', { html: 'one' })).rejects.toThrow(/ParamValidationError|non ascii/i);
  expect(await client.get({ id: 'é' })).toBeUndefined();
});
