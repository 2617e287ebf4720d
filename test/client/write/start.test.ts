// What a call of the client starts: the execution's name and input, and what is refused before.

import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Content, type CreateInput, Rejected, StartFailed } from '../../../client/index.ts';
import { arnOf, awsError, clientOf, s3, sfn, started, uploads, writesSucceed } from '../mocks.ts';

const client = clientOf();
const key = { id: '42' };

beforeEach(writesSucceed);

describe('the name of an execution', () => {
  it('says operation and item, and never repeats', async () => {
    await client.create({ key });
    await client.create({ key });
    await client.delete({ key });
    const names = started().map(({ name }) => name);
    expect(names[0]).toMatch(/^create-42-[0-9A-Z]{26}$/);
    expect(names[2]).toMatch(/^delete-42-[0-9A-Z]{26}$/);
    expect(new Set(names).size).toBe(3);
  });

  it.each([
    ['a/b c=ü', /^update-a-b-c-[0-9A-Z]{26}$/],
    ['👩‍🚀', /^update-[0-9A-Z]{26}$/],
    ['_x-y_', /^update-_x-y_-[0-9A-Z]{26}$/],
    ['x'.repeat(300), /^update-x{35}-[0-9A-Z]{26}$/],
  ])('of item %s has characters and length that names may have', async (id, expected) => {
    await client.update({ key: { id }, set: { a: 1 } });
    const [{ name } = { name: '' }] = started();
    expect(name).toMatch(expected);
    expect(name.length).toBeLessThanOrEqual(80);
  });

  it('has both parts of a key of two', async () => {
    const two = clientOf({
      key: { partitionKey: { name: 'id', type: 'S' }, sortKey: { name: 'n', type: 'N' } },
    });
    await two.create({ key: { id: 'a', n: 1.5 } });
    expect(started()[0]?.name).toMatch(/^create-a-1-5-/);
  });

  it('is the idempotency key where there is one', async () => {
    await client.create({ key }, { idempotencyKey: 'order_7-A' });
    expect(started()[0]?.name).toBe('order_7-A');
  });

  it.each(['', 'a b', 'a/b', 'x'.repeat(81), 'ü'])(
    'refuses the idempotency key "%s"',
    async (idempotencyKey) => {
      await expect(client.create({ key }, { idempotencyKey })).rejects.toMatchObject({
        name: 'Rejected',
        field: 'idempotencyKey',
      });
      expect(started()).toEqual([]);
    },
  );

  it.each([
    ['x-01M8A42470BRZ4A0KNRHRYDN4H', 'what goes on with an Express run'],
    ['x-0f8fad5b-d9cb-469f-a165-70867728950e', 'what goes on with an Express run'],
    ['order-7-replay-1', 'a replay of '],
    ['order-7-replay-999', 'a replay of '],
    ['x-01M8A42470BRZ4A0KNRHRYDN4H-replay-2', 'a replay of '],
    [`${'x'.repeat(69)}-replay-12`, 'a replay of '],
  ])(
    'refuses the idempotency key "%s", a name that other runs have, before anything is read or sent',
    async (idempotencyKey, why) => {
      const page = Readable.from([Buffer.alloc(300_000)]);
      const calls = [
        client.create({ key, largeAttributes: { page } }, { idempotencyKey }),
        client.update({ key, set: { a: 1 } }, { idempotencyKey, wait: false }),
        client.delete({ key }, { idempotencyKey }),
      ];
      for (const call of calls) {
        await expect(call).rejects.toMatchObject({
          name: 'Rejected',
          reason: 'InvalidInput',
          field: 'idempotencyKey',
          message: expect.stringMatching(new RegExp(`${why}.*, got "${idempotencyKey}"$`)),
        });
      }
      expect([started(), uploads(), page.readableDidRead]).toEqual([[], [], false]);
    },
  );

  it.each([
    'x-01m8a42470brz4a0knrhrydn4h',
    'order-01M8A42470BRZ4A0KNRHRYDN4H',
    '0f8fad5b-d9cb-469f-a165-70867728950e',
    'x-order-7',
    'order-7-replay-0',
    'order-7-replay-1000',
    'order-7-replay-1-b',
    '-replay-1',
  ])('takes the idempotency key "%s", which is like such a name and is none', async (idempotencyKey) => {
    await client.create({ key }, { idempotencyKey });
    expect(started()[0]?.name).toBe(idempotencyKey);
  });
});

describe('the input of an execution', () => {
  const file = join(tmpdir(), `twinwrite-${randomUUID()}.html`);

  beforeAll(() => writeFile(file, '<p>'));
  afterAll(() => rm(file));

  it('is what the contract has for it', async () => {
    await client.update({
      key,
      set: { a: 1 },
      remove: ['b'],
      add: { c: 2 },
      condition: { expression: 'a = :a', values: { ':a': 0 } },
      largeAttributes: { page: { content: '<p>', contentType: 'text/html', metadata: { author: 'Zoë' } } },
      updateAt: new Date(0),
      cleanUp: { whenSucceeded: false },
      expectedVersion: 3,
    });
    expect(started()[0]?.input).toEqual({
      key,
      set: { a: 1 },
      remove: ['b'],
      add: { c: 2 },
      condition: { expression: 'a = :a', values: { ':a': 0 } },
      largeAttributes: { page: { text: '<p>', contentType: 'text/html', metadata: { author: 'Zoë' } } },
      updateAt: '1970-01-01T00:00:00.000Z',
      cleanUp: { whenSucceeded: false },
      expectedVersion: 3,
    });
  });

  it('is typed when JSON has no form for a value', async () => {
    await client.update({ key, set: { tags: new Set(['a']), n: 2n ** 60n }, add: { m: 1 } });
    expect(started()[0]?.input).toEqual({
      key: { id: { S: '42' } },
      set: { tags: { SS: ['a'] }, n: { N: '1152921504606846976' } },
      add: { m: { N: '1' } },
      attributeFormat: 'dynamodb',
    });
  });

  it.each<[string, Content, string | undefined, object]>([
    ['a string', 'x\u0000', undefined, { text: 'x\u0000' }],
    ['bytes that are text', Buffer.from('plain'), undefined, { base64: 'cGxhaW4=' }],
    ['bytes that are text of a known type', Buffer.from('plain'), 'text/plain', { text: 'plain' }],
    ['bytes of a known type that JSON would escape', Buffer.from('\0\0\0\0'), 'a/b', { base64: 'AAAAAA==' }],
    ['bytes of a known type that are no text', Uint8Array.of(0xff), 'a/b', { base64: '/w==' }],
    ['text with a byte order mark', Buffer.from('\ufeffabc'), 'text/plain', { text: '\ufeffabc' }],
    ['a file', { file }, undefined, { base64: 'PHA+' }],
    ['a short stream', Readable.from([Buffer.from('ab'), Buffer.from('c')]), undefined, { base64: 'YWJj' }],
  ])('carries %s byte for byte', async (_, content, contentType, expected) => {
    await client.create({ key, largeAttributes: { page: { content, contentType } } });
    expect(started()[0]?.input.largeAttributes?.page).toEqual({
      ...expected,
      ...(contentType && { contentType }),
    });
    expect(uploads()).toEqual([]);
  });
});

describe('what is wrong is refused before anything is read, uploaded or started', () => {
  const large = 'x'.repeat(300_000);
  const unread = () => Readable.from([Buffer.from('x')]);
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;

  it.each<[string, unknown, string]>([
    ['an unknown field', { key, atributes: {} }, 'atributes'],
    ['no key', {}, 'key'],
    ['a key of another type', { key: { id: 42 } }, 'key.id'],
    ['an empty key', { key: { id: '' } }, 'key.id'],
    ['a key of bytes where text is', { key: { id: Buffer.from('x') } }, 'key.id'],
    [
      'no content',
      { key, largeAttributes: { page: { contentType: 'a/b' } } },
      'largeAttributes.page.content',
    ],
    ['content that is a number', { key, largeAttributes: { page: 7 } }, 'largeAttributes.page.content'],
    ['content that is null', { key, largeAttributes: { page: null } }, 'largeAttributes.page.content'],
    [
      'a stream that is none, with its size',
      { key, largeAttributes: { page: { stream: 'x', size: 1 } } },
      'largeAttributes.page.content.stream',
    ],
    [
      'a stream with a size that is none',
      { key, largeAttributes: { page: { stream: unread(), size: -1 } } },
      'largeAttributes.page.content.size',
    ],
    [
      'staged content without a key',
      { key, largeAttributes: { page: { staged: {} } } },
      'largeAttributes.page.staged',
    ],
    [
      'content as the contract has it',
      { key, largeAttributes: { page: { base64: 'eA==' } } },
      'largeAttributes',
    ],
    [
      'an unknown option',
      { key, largeAttributes: { page: { content: 'x', type: 'a' } } },
      'largeAttributes.page.type',
    ],
    ['half a surrogate pair', { key, largeAttributes: { page: 'a\ud800' } }, 'largeAttributes.page.content'],
    ['half a pair in a name', { key, largeAttributes: { '\ud800': 'a' } }, 'largeAttributes'],
    ['large attributes in an array', { key, largeAttributes: ['x'] }, 'largeAttributes'],
    [
      'an attribute in two places',
      { key, attributes: { page: 1 }, largeAttributes: { page: large } },
      'largeAttributes.page',
    ],
    ['the reserved attribute', { key, attributes: { _saga: 1 } }, 'attributes._saga'],
    ['a Date', { key, attributes: { at: { deep: new Date(0) } } }, 'attributes.at.deep'],
    ['a Map', { key, attributes: { at: new Map() } }, 'attributes.at'],
    ['a function', { key, attributes: { at: () => 1 } }, 'attributes.at'],
    ['an undefined value', { key, attributes: { at: undefined } }, 'attributes.at'],
    ['a cycle', { key, attributes: cyclic }, 'attributes.self'],
    ['a number that is none', { key, attributes: { n: Number.NaN } }, 'attributes.n'],
    ['an integer of 39 digits', { key, attributes: { n: 10n ** 39n + 1n } }, 'attributes.n'],
    ['an empty set', { key, attributes: { s: new Set() } }, 'attributes.s'],
    ['a mixed set', { key, attributes: { s: new Set([1, 'a']) } }, 'attributes.s'],
    [
      'metadata over 2 KB',
      { key, largeAttributes: { page: { content: large, metadata: { a: 'x'.repeat(2048) } } } },
      'largeAttributes.page.metadata',
    ],
    ['a time that is none', { key, updateAt: new Date(Number.NaN) }, 'updateAt'],
    [
      'an object key over 1,024 bytes',
      { key: { id: '/'.repeat(300) }, largeAttributes: { page: large } },
      'key',
    ],
    ['attributes past the input', { key, attributes: { text: large } }, 'attributes'],
    [
      'a file that is not there',
      { key, largeAttributes: { page: { file: '/no/such/file' } } },
      'largeAttributes.page.content.file',
    ],
    ['a folder', { key, largeAttributes: { page: { file: tmpdir() } } }, 'largeAttributes.page.content.file'],
    [
      'a stream of text',
      { key, largeAttributes: { page: Readable.from(['text']) } },
      'largeAttributes.page.content',
    ],
    ['a stream beside it', { key: { id: 7 }, largeAttributes: { page: unread() } }, 'key.id'],
  ])('%s', async (_, input, field) => {
    const attempt = client.create(input as CreateInput);
    await expect(attempt).rejects.toBeInstanceOf(Rejected);
    await expect(attempt).rejects.toMatchObject({ reason: 'InvalidInput', executionArn: undefined });
    const refused = await attempt.catch((error: Rejected) => error.field);
    expect(String(refused).startsWith(field)).toBe(true);
    expect(started()).toEqual([]);
    expect(s3.calls()).toEqual([]);
  });

  it('and streams that were opened are closed', async () => {
    const stream = Readable.from([Buffer.alloc(300_000)]);
    const page = { file: '/no/such/file' };
    await expect(client.create({ key, largeAttributes: { film: stream, page } })).rejects.toThrow('ENOENT');
    expect(stream.destroyed).toBe(true);
  });
});

describe('a start that fails', () => {
  it('names the execution that may have started', async () => {
    sfn.on(StartExecutionCommand).rejects(awsError('AccessDeniedException', 400));
    const attempt = client.create({ key }, { idempotencyKey: 'k' });
    await expect(attempt).rejects.toBeInstanceOf(StartFailed);
    await expect(attempt).rejects.toMatchObject({
      executionArn: arnOf('Create', 'k'),
      cause: expect.objectContaining({ name: 'AccessDeniedException' }),
    });
  });

  it('does not happen to a call that is aborted before', async () => {
    const signal = AbortSignal.abort(new Error('not any more'));
    await expect(client.create({ key }, { signal })).rejects.toThrow('not any more');
    expect(sfn.calls()).toEqual([]);
  });
});

describe('a start that is throttled', () => {
  const throttled = () => awsError('ThrottlingException', 400, 'Rate exceeded');

  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is tried again, ever more rarely', async () => {
    sfn
      .on(StartExecutionCommand)
      .rejectsOnce(throttled())
      .rejectsOnce(awsError('ExecutionLimitExceeded', 400))
      .resolves({});
    const attempt = client.create({ key });
    await vi.advanceTimersByTimeAsync(1000);
    expect((await attempt).version).toBe(1);
    expect(new Set(started().map(({ name }) => name)).size).toBe(1);
  });

  it('fails after a quarter of a minute', async () => {
    sfn.on(StartExecutionCommand).rejects(throttled());
    const attempt = client.create({ key });
    const settled = expect(attempt).rejects.toMatchObject({
      name: 'StartFailed',
      cause: expect.objectContaining({ message: 'Rate exceeded' }),
    });
    await vi.advanceTimersByTimeAsync(20_000);
    await settled;
    expect(started()).toHaveLength(10);
  });

  it('is given up when the call is aborted, which says what is not known', async () => {
    sfn.on(StartExecutionCommand).rejects(throttled());
    const controller = new AbortController();
    const attempt = client.create({ key }, { signal: controller.signal, idempotencyKey: 'k' });
    const settled = expect(attempt).rejects.toMatchObject({
      name: 'StartFailed',
      executionArn: arnOf('Create', 'k'),
      cause: expect.objectContaining({ message: 'enough' }),
    });
    await vi.advanceTimersByTimeAsync(10);
    controller.abort(new Error('enough'));
    await settled;
    expect(vi.getTimerCount()).toBe(0);
  });
});
