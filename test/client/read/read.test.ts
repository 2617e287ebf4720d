// Reading an item with its objects: never a mix of two versions (hazards A15, B10), never wrong bytes.

import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type GetOptions,
  IntegrityError,
  ItemChanged,
  type Key,
  NumberValue,
  ReadContended,
  ReadFailed,
  Rejected,
} from '../../../client/index.ts';
import { utf8 } from '../../../core/values/encoding.ts';
import { itemAt, objectKeyOf, type SdkItem } from '../items.ts';
import { items, objects } from '../mocked-items.ts';
import { awsError, clientOf, dynamodb, resetMocks, s3, sha256 } from '../mocks.ts';

const client = clientOf();
const key = { id: '42' };

beforeEach(resetMocks);

/** Keys of the objects that were asked for, in turn. */
function asked(command: typeof HeadObjectCommand | typeof GetObjectCommand): string[] {
  return s3.commandCalls(command).map(({ args: [{ input }] }) => input.Key as string);
}

/** The two ways to read: what holds for both is tested for both. */
const WAYS: [string, GetOptions, typeof HeadObjectCommand | typeof GetObjectCommand][] = [
  ['lazily', {}, HeadObjectCommand],
  ['at once', { load: true }, GetObjectCommand],
];

describe.each(WAYS)('an item that changes while it is read %s', (_, options, command) => {
  const before = { page: 'old page', picture: 'old picture' };
  const after = { page: 'new page', picture: 'new picture' };

  it('A15, B10: is read again, with all its objects', async () => {
    items(itemAt(1, before), itemAt(2, after));
    objects({
      // The old page is still there, the old picture is gone already.
      [objectKeyOf('page', 'old page', 1)]: 'old page',
      [objectKeyOf('page', 'new page', 2)]: 'new page',
      [objectKeyOf('picture', 'new picture', 2)]: 'new picture',
    });
    const item = await client.get(key, options);
    expect(item?.version).toBe(2);
    expect(await item?.large.page?.text()).toBe('new page');
    expect(await item?.large.picture?.text()).toBe('new picture');
  });

  it('is asked for an object again also if its pointer stayed', async () => {
    const kept = { S: `s3://bucket/${objectKeyOf('page', 'kept', 1)}` };
    items({ ...itemAt(1, before), page: kept }, { ...itemAt(2, after), page: kept });
    objects({
      [objectKeyOf('page', 'kept', 1)]: 'kept',
      [objectKeyOf('picture', 'new picture', 2)]: 'new picture',
    });
    expect((await client.get(key, options))?.version).toBe(2);
    expect(asked(command).filter((name) => name.includes('attr=page'))).toHaveLength(2);
  });

  it('is undefined once it is deleted', async () => {
    items(itemAt(1, before), undefined);
    objects({});
    expect(await client.get(key, options)).toBeUndefined();
  });

  it('may lose the attribute whose object was missing', async () => {
    items(itemAt(1, before), itemAt(2, { page: 'new page' }));
    objects({ [objectKeyOf('page', 'new page', 2)]: 'new page' });
    expect(Object.keys((await client.get(key, options))?.large ?? {})).toEqual(['page']);
  });

  it('is given up when it changes all the time', async () => {
    items(...Array.from({ length: 20 }, (_, version) => itemAt(version + 1, before)));
    objects({});
    const attempt = client.get(key, options);
    await expect(attempt).rejects.toBeInstanceOf(ReadContended);
    await expect(attempt).rejects.toMatchObject({ attempts: 10 });
    expect(dynamodb.commandCalls(GetItemCommand)).toHaveLength(10);
  });

  it('is read again also where S3 forbids what is missing, since the reader may not list the bucket', async () => {
    items(itemAt(1, before), itemAt(2, {}));
    s3.on(command).rejects(awsError('AccessDenied', 403));
    expect(await client.get(key, options)).toMatchObject({ version: 2, large: {} });
  });

  it('is reported when it points at an object that is gone', async () => {
    items(itemAt(1, { page: 'x' }));
    objects({});
    const attempt = client.get(key, options);
    await expect(attempt).rejects.toBeInstanceOf(IntegrityError);
    await expect(attempt).rejects.toMatchObject({
      attribute: 'page',
      uri: `s3://bucket/${objectKeyOf('page', 'x', 1)}`,
    });
  });

  it('is reported with what S3 refuses', async () => {
    items(itemAt(1, { page: 'x' }));
    s3.on(command).rejects(awsError('AccessDenied', 403));
    const attempt = client.get(key, options);
    await expect(attempt).rejects.toBeInstanceOf(ReadFailed);
    await expect(attempt).rejects.toMatchObject({ attribute: 'page', cause: { name: 'AccessDenied' } });
  });
});

describe('an item that changes after it was got', () => {
  const contents = { page: 'page', picture: 'picture' };

  /** The item at version 1, got; then the next answer of the table, with all objects gone. */
  async function gotBefore(next: SdkItem | undefined) {
    items(itemAt(1, contents), next);
    objects({ [objectKeyOf('page', 'page', 1)]: 'page', [objectKeyOf('picture', 'picture', 1)]: 'picture' });
    const item = await client.get(key);
    objects({});
    return item?.large;
  }

  it.each([
    ['written', itemAt(2, { page: 'new page', picture: 'picture' })],
    ['written without the attribute', itemAt(2, {})],
    ['deleted', undefined],
  ])('fails with ItemChanged when it was %s', async (_, next) => {
    const large = await gotBefore(next);
    const attempt = large?.page?.text();
    await expect(attempt).rejects.toBeInstanceOf(ItemChanged);
    await expect(attempt).rejects.toMatchObject({
      attribute: 'page',
      uri: `s3://bucket/${objectKeyOf('page', 'page', 1)}`,
      message: expect.stringContaining('get the item again'),
    });
    await expect(large?.picture?.stream().getReader().read()).rejects.toBeInstanceOf(ItemChanged);
  });

  it('fails with IntegrityError when it still points at what is gone', async () => {
    const large = await gotBefore(itemAt(1, contents));
    await expect(large?.page?.bytes()).rejects.toBeInstanceOf(IntegrityError);
  });

  it('fails with ItemChanged when the object was overwritten in place', async () => {
    items(itemAt(1, { page: 'page' }));
    objects({ [objectKeyOf('page', 'page', 1)]: 'page' });
    const item = await client.get(key);
    objects({ [objectKeyOf('page', 'page', 1)]: 'else' });
    await expect(item?.large.page?.text()).rejects.toBeInstanceOf(ItemChanged);
  });

  it('fails with ReadFailed when S3 refuses all at once', async () => {
    items(itemAt(1, { page: 'page' }));
    objects({ [objectKeyOf('page', 'page', 1)]: 'page' });
    const item = await client.get(key);
    s3.on(GetObjectCommand).rejects(awsError('AccessDenied', 403));
    await expect(item?.large.page?.text()).rejects.toBeInstanceOf(ReadFailed);
  });

  it('is not noticed by content that was loaded', async () => {
    items(itemAt(1, contents), itemAt(2, {}));
    objects({ [objectKeyOf('page', 'page', 1)]: 'page', [objectKeyOf('picture', 'picture', 1)]: 'picture' });
    const item = await client.get(key, { load: ['page'] });
    objects({});
    expect(await item?.large.page?.text()).toBe('page');
    expect(await item?.large.page?.bytes({ range: { start: 1, end: 3 } })).toEqual(utf8('ag'));
    await expect(item?.large.picture?.text()).rejects.toBeInstanceOf(ItemChanged);
  });
});

describe('an item that is not what was written', () => {
  it('is reported when content does not have the SHA-256 of its key', async () => {
    items(itemAt(1, { page: 'right' }));
    objects({ [objectKeyOf('page', 'right', 1)]: 'wrong' });
    const wrong = {
      name: 'IntegrityError',
      attribute: 'page',
      message: expect.stringContaining(sha256('wrong')),
    };
    await expect(client.get(key, { load: true })).rejects.toMatchObject(wrong);
    const item = await client.get(key);
    await expect(item?.large.page?.text()).rejects.toMatchObject(wrong);
  });

  it.each([
    ['is no map', { S: 'spoiled' }],
    ['lacks the version', { M: { createdBy: { S: 'x' } } }],
  ])('is reported when _saga %s', async (_, _saga) => {
    items({ ...itemAt(1, {}), _saga: _saga as AttributeValue });
    await expect(client.get(key)).rejects.toMatchObject({ name: 'IntegrityError', attribute: '_saga' });
  });

  it('is reported when a large attribute holds no pointer', async () => {
    items({ ...itemAt(1, { page: 'x' }), page: { S: 'no uri' } });
    await expect(client.get(key)).rejects.toMatchObject({ name: 'IntegrityError', attribute: 'page' });
  });
});

describe('an item', () => {
  it('is undefined where there is none', async () => {
    items(undefined);
    expect(await client.get(key)).toBeUndefined();
  });

  it('has key, version, plain attributes and objects apart', async () => {
    items(itemAt(3, { page: 'x' }, { title: { S: 'Hello' } }));
    objects({ [objectKeyOf('page', 'x', 3)]: 'x' });
    const item = await client.get(key);
    expect(item).toMatchObject({ key, version: 3, attributes: { title: 'Hello' } });
    expect(Object.keys(item?.attributes ?? {})).toEqual(['title']);
    expect(item?.large.page).toMatchObject({
      uri: `s3://bucket/${objectKeyOf('page', 'x', 3)}`,
      size: 1,
      sha256: sha256('x'),
      contentType: 'text/plain',
      metadata: {},
      updatedAt: '2026-01-01T00:00:00Z',
    });
  });

  it('that no saga wrote yet has no version, and its pointers into the store are followed', async () => {
    const { _saga, ...foreign } = itemAt(1, { page: 'x' }, { link: { S: 's3://elsewhere/y' } });
    items(foreign);
    objects({ [objectKeyOf('page', 'x', 1)]: 'x' });
    expect(await client.get(key)).toMatchObject({
      version: null,
      attributes: { link: 's3://elsewhere/y' },
      large: { page: { size: 1 } },
    });
  });

  describe('of several large attributes', () => {
    const contents = { page: 'x', picture: 'y', record: 'z' };
    const keys = {
      page: objectKeyOf('page', 'x', 1),
      picture: objectKeyOf('picture', 'y', 1),
      record: objectKeyOf('record', 'z', 1),
    };
    const cases: [string, GetOptions, string[], string[]][] = [
      ['none', { attributes: [] }, [], []],
      ['those named', { attributes: ['picture', 'unknown'] }, ['picture'], []],
      ['all, one with its content', { load: ['page'] }, ['picture', 'record'], ['page']],
      ['those named, with content', { attributes: ['page', 'record'], load: true }, [], ['page', 'record']],
      ['those named in either', { attributes: ['page'], load: ['record'] }, ['page'], ['record']],
      ['no content for unknown names', { attributes: [], load: ['unknown'] }, [], []],
    ];

    it.each(cases)('%s are got', async (_, options, lazy, loaded) => {
      items(itemAt(1, contents));
      objects({ [keys.page]: 'x', [keys.picture]: 'y', [keys.record]: 'z' });
      const item = await client.get(key, options);
      expect(Object.keys(item?.large ?? {}).sort()).toEqual([...lazy, ...loaded].sort());
      const keysOf = (names: string[]) => names.map((name) => keys[name as keyof typeof keys]);
      expect(asked(HeadObjectCommand)).toEqual(keysOf(lazy));
      expect(asked(GetObjectCommand)).toEqual(keysOf(loaded));
    });
  });

  it.each<[string, unknown]>([
    ['1', 1],
    ['0.1', 0.1],
    ['-1.5E-7', -1.5e-7],
    ['1E21', 1e21],
    ['1152921504606847000', 1152921504606847000n],
    ['1E+100', 10n ** 100n],
    ['9007199254740993', 9007199254740993n],
    ['-12345678901234567890123456789012345678', -12345678901234567890123456789012345678n],
    ['0.12345678901234567890123', NumberValue.from('0.12345678901234567890123')],
  ])('has the number %s without loss', async (text, expected) => {
    items(itemAt(1, {}, { n: { N: text }, set: { NS: [text] } }));
    const attributes = (await client.get(key))?.attributes;
    expect(attributes?.n).toEqual(expected);
    expect(attributes?.set).toEqual(new Set([expected]));
  });

  it('has attributes of any name as its own, and no others', async () => {
    const admin = { M: { isAdmin: { BOOL: true } } };
    const plain: SdkItem = Object.fromEntries([['__proto__', admin]]);
    items(itemAt(1, {}, { map: { M: plain }, ...plain }));
    const attributes = (await client.get(key))?.attributes;
    expect(Object.keys(attributes ?? {}).sort()).toEqual(['__proto__', 'map']);
    expect(attributes?.isAdmin).toBeUndefined();
    expect(Object.getPrototypeOf(attributes?.map)).toBe(Object.prototype);
  });

  it.each(WAYS)('read %s gives the caller bytes to keep', async (_, options) => {
    items(itemAt(1, { page: 'x' }));
    objects({ [objectKeyOf('page', 'x', 1)]: 'x' });
    const page = (await client.get(key, options))?.large.page;
    (await page?.bytes())?.fill(0);
    expect(await page?.text()).toBe('x');
  });

  it.each<Key>([{}, { id: 42 }, { id: '' }, { id: 'x', more: 1 }, { id: Buffer.from('x') }])(
    'is refused for the key %o',
    async (wrong) => {
      await expect(client.get(wrong)).rejects.toBeInstanceOf(Rejected);
      expect(dynamodb.calls()).toEqual([]);
    },
  );

  it('is not read once the signal is aborted', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(client.get(key, { signal })).rejects.toThrow('enough');
    expect(dynamodb.calls()).toEqual([]);
  });

  it('is not read further once the signal is aborted in the middle', async () => {
    const controller = new AbortController();
    items(itemAt(1, { page: 'x' }));
    s3.on(HeadObjectCommand).callsFake(() => {
      controller.abort(new Error('enough'));
      throw awsError('AbortError', undefined);
    });
    await expect(client.get(key, { signal: controller.signal })).rejects.toThrow('enough');
    expect(dynamodb.calls()).toHaveLength(1);
  });

  it('passes on what DynamoDB refuses', async () => {
    dynamodb.on(GetItemCommand).rejects(awsError('AccessDeniedException', 400));
    await expect(client.get(key)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
