// Input that cannot be carried out is refused with the field and the value, before anything is written.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../core/keys/run.ts';
import { useStage } from './one-item.ts';

const stage = useStage();

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const staged = (key: string, over: object = {}) => ({
  largeAttributes: { page: { staged: { key, sha256: sha256('staged'), size: 6, ...over } } },
});

const CASES: readonly [string, Operation, object, { field: string; value?: unknown }][] = [
  ['an unknown field', 'create', { atributes: {} }, { field: 'atributes', value: {} }],
  ['a key field missing', 'create', { key: {} }, { field: 'key.id' }],
  ['a key field too many', 'create', { key: { id: 'a', sk: 'b' } }, { field: 'key.sk', value: 'b' }],
  ['a key of the wrong type', 'create', { key: { id: 7 } }, { field: 'key.id', value: 7 }],
  ['an empty key', 'create', { key: { id: '' } }, { field: 'key.id', value: '' }],
  [
    'an integer that JSON rounds',
    'create',
    { attributes: { n: 2 ** 53 } },
    { field: 'attributes.n', value: 2 ** 53 },
  ],
  ['a number too small', 'update', { set: { n: 1e-131 } }, { field: 'set.n', value: '1e-131' }],
  [
    'a number of 39 digits',
    'create',
    { attributeFormat: 'dynamodb', key: { id: { S: 'x' } }, attributes: { n: { N: '1'.repeat(39) } } },
    { field: 'attributes.n.N', value: '1'.repeat(39) },
  ],
  [
    'a large attribute that is also set',
    'update',
    { set: { page: 'x' }, largeAttributes: { page: { text: 'y' } } },
    { field: 'largeAttributes.page', value: { text: 'y' } },
  ],
  [
    'a large attribute that is also removed',
    'update',
    { remove: ['page'], largeAttributes: { page: { text: 'y' } } },
    { field: 'largeAttributes.page' },
  ],
  [
    'a large attribute of the key',
    'create',
    { largeAttributes: { id: { text: 'y' } } },
    { field: 'largeAttributes.id' },
  ],
  ['_saga set', 'update', { set: { _saga: 1 } }, { field: 'set._saga', value: 1 }],
  ['_saga removed', 'update', { remove: ['_saga'] }, { field: 'remove[0]', value: '_saga' }],
  [
    '_saga in an update expression',
    'update',
    {
      updateExpression: { expression: 'SET #s.version = :v', names: { '#s': '_saga' }, values: { ':v': 9 } },
    },
    { field: 'updateExpression.expression' },
  ],
  [
    'bad base64',
    'create',
    { largeAttributes: { page: { base64: 'A' } } },
    { field: 'largeAttributes.page.base64', value: 'A' },
  ],
  ['no content', 'create', { largeAttributes: { page: {} } }, { field: 'largeAttributes.page', value: {} }],
  [
    'a staged object that is missing',
    'create',
    staged('staging/none'),
    { field: 'largeAttributes.page.staged.key', value: 'staging/none' },
  ],
  [
    'a staged object outside the prefix',
    'create',
    staged('items/x'),
    { field: 'largeAttributes.page.staged.key', value: 'items/x' },
  ],
  [
    'a staged size that differs',
    'create',
    staged('staging/a', { size: 7 }),
    { field: 'largeAttributes.page.staged.size', value: 7 },
  ],
  [
    'a staged sha256 that differs',
    'create',
    staged('staging/a', { sha256: sha256('other') }),
    { field: 'largeAttributes.page.staged.sha256', value: sha256('other') },
  ],
  [
    'an object key over S3’s limit',
    'create',
    { key: { id: '🗝'.repeat(80) }, largeAttributes: { page: { text: 'x' } } },
    { field: 'key' },
  ],
  [
    'metadata over S3’s limit',
    'create',
    { largeAttributes: { page: { text: 'x', metadata: { note: 'x'.repeat(2048) } } } },
    { field: 'largeAttributes.page.metadata' },
  ],
];

describe('Rejected.InvalidInput names field and value', () => {
  it.each(CASES)('%s', async (_, operation, input, cause) => {
    if (operation === 'update') await stage.commit('create', {});
    await stage.store.putObject('staging/a', 'staged');
    const before = await stage.store.objects('');

    const ended = await (await stage.start(operation, input)).end();

    expect(ended).toMatchObject({ status: 'FAILED', error: 'Rejected.InvalidInput', cause });
    expect(ended.cause.message).toContain(cause.field);
    expect(await stage.store.objects('')).toEqual(before);
    expect((await stage.item())?._saga).toEqual(
      operation === 'update'
        ? expect.objectContaining({ M: expect.objectContaining({ version: { N: '1' } }) })
        : undefined,
    );
  });

  it('an item over 400 KB', async () => {
    const half = 'x'.repeat(230_000);
    await stage.commit('create', { attributes: { half } });

    const update = await stage.start('update', {
      set: { other: half },
      largeAttributes: { page: { text: 'x' } },
    });
    expect(await update.end()).toMatchObject({ error: 'Rejected.InvalidInput', cause: { field: 'set' } });
    expect(await stage.objects()).toEqual([]);
  });
});
