// Reading an item with its objects: never a mix of two versions (hazards A15, B10), never wrong bytes.

import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import { IntegrityError, type Key, NumberValue, ReadContended, Rejected } from '../../client/index.ts';
import { awsError, clientOf, dynamodb, resetMocks, s3, sha256 } from './mocks.ts';

const client = clientOf();
const key = { id: '42' };

beforeEach(resetMocks);

type SdkItem = Record<string, AttributeValue>;
type Contents = Readonly<Record<string, string>>;

function objectKeyOf(attribute: string, content: string, version: number): string {
  const run = `update.u-${version}.20260101T000000000Z`;
  return `items/pk=42/attr=${attribute}/sha256=${sha256(content)}/${run}`;
}

/** The item at a version whose large attributes have these contents. */
function itemAt(version: number, contents: Contents, plain: SdkItem = {}): SdkItem {
  const pointers = Object.entries(contents).map(([name, content]) => {
    return [name, { S: `s3://bucket/${objectKeyOf(name, content, version)}` }] as const;
  });
  return {
    id: { S: '42' },
    ...plain,
    ...Object.fromEntries(pointers),
    _saga: {
      M: {
        createdBy: { S: 'create.c.20260101T000000000Z' },
        version: { N: String(version) },
        writtenBy: { S: `update.u-${version}.20260101T000000000Z` },
        large: { L: Object.keys(contents).map((name) => ({ S: name })) },
      },
    },
  };
}

/** Consistent reads answer these items in turn, the last one for ever. */
function items(...answers: (SdkItem | undefined)[]): void {
  const behaviour = dynamodb.on(GetItemCommand, { ConsistentRead: true });
  answers.forEach((Item, at) => {
    if (at < answers.length - 1) behaviour.resolvesOnce({ Item });
    else behaviour.resolves({ Item });
  });
}

/** The objects that there are; all others are missing. */
function objects(present: Readonly<Record<string, string>>): void {
  s3.on(GetObjectCommand).callsFake(({ Key }: { Key: string }) => {
    const content = present[Key];
    if (content === undefined) throw awsError('NoSuchKey', 404);
    return {
      Body: { transformToByteArray: async () => Buffer.from(content) },
      ContentType: 'text/plain',
      Metadata: { 'updated-at': '2026-01-01T00:00:00Z' },
    };
  });
}

function fetched(): string[] {
  return s3.commandCalls(GetObjectCommand).map(({ args: [{ input }] }) => input.Key as string);
}

describe('an item that changes while it is read', () => {
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
    const item = await client.get(key);
    expect(item?.version).toBe(2);
    expect(await item?.large.page?.text()).toBe('new page');
    expect(await item?.large.picture?.text()).toBe('new picture');
  });

  it('fetches an object again also if its pointer stayed', async () => {
    const kept = { S: `s3://bucket/${objectKeyOf('page', 'kept', 1)}` };
    items({ ...itemAt(1, before), page: kept }, { ...itemAt(2, after), page: kept });
    objects({
      [objectKeyOf('page', 'kept', 1)]: 'kept',
      [objectKeyOf('picture', 'new picture', 2)]: 'new picture',
    });
    expect((await client.get(key))?.version).toBe(2);
    expect(fetched().filter((name) => name.includes('attr=page'))).toHaveLength(2);
  });

  it('is undefined once it is deleted', async () => {
    items(itemAt(1, before), undefined);
    objects({});
    expect(await client.get(key)).toBeUndefined();
  });

  it('may lose the attribute whose object was missing', async () => {
    items(itemAt(1, before), itemAt(2, { page: 'new page' }));
    objects({ [objectKeyOf('page', 'new page', 2)]: 'new page' });
    expect(Object.keys((await client.get(key))?.large ?? {})).toEqual(['page']);
  });

  it('is given up when it changes all the time', async () => {
    items(...Array.from({ length: 20 }, (_, version) => itemAt(version + 1, before)));
    objects({});
    const attempt = client.get(key);
    await expect(attempt).rejects.toBeInstanceOf(ReadContended);
    await expect(attempt).rejects.toMatchObject({ attempts: 10 });
    expect(dynamodb.commandCalls(GetItemCommand)).toHaveLength(10);
  });
});

describe('an item that is not what was written', () => {
  it('is reported when it points at an object that is gone', async () => {
    items(itemAt(1, { page: 'x' }));
    objects({});
    const attempt = client.get(key);
    await expect(attempt).rejects.toBeInstanceOf(IntegrityError);
    await expect(attempt).rejects.toMatchObject({
      attribute: 'page',
      uri: `s3://bucket/${objectKeyOf('page', 'x', 1)}`,
    });
  });

  it('is reported when content does not have the SHA-256 of its key', async () => {
    items(itemAt(1, { page: 'right' }));
    objects({ [objectKeyOf('page', 'right', 1)]: 'wrong' });
    await expect(client.get(key)).rejects.toMatchObject({
      name: 'IntegrityError',
      attribute: 'page',
      message: expect.stringContaining(sha256('wrong')),
    });
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

  it('is fetched in part when attributes are named', async () => {
    items(itemAt(1, { page: 'x', picture: 'y' }));
    objects({ [objectKeyOf('picture', 'y', 1)]: 'y' });
    const item = await client.get(key, { attributes: ['picture', 'unknown'] });
    expect(Object.keys(item?.large ?? {})).toEqual(['picture']);
    expect(fetched()).toEqual([objectKeyOf('picture', 'y', 1)]);
  });

  it.each<[string, unknown]>([
    ['1', 1],
    ['0.1', 0.1],
    ['-1.5E-7', -1.5e-7],
    ['1E+100', 1e100],
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

  it('gives the caller bytes to keep', async () => {
    items(itemAt(1, { page: 'x' }));
    objects({ [objectKeyOf('page', 'x', 1)]: 'x' });
    const page = (await client.get(key))?.large.page;
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

  it('passes on what AWS refuses', async () => {
    items(itemAt(1, { page: 'x' }));
    s3.on(GetObjectCommand).rejects(awsError('AccessDenied', 403));
    await expect(client.get(key)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});
