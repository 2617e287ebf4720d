// At the edges of what an execution, a key and an object can hold.

import { describe, expect, it } from 'vitest';
import {
  MAX_EXECUTION_INPUT_BYTES,
  MAX_OBJECT_KEY_BYTES,
  MAX_PAYLOAD_BYTES,
} from '../../core/errors/limits.ts';
import { useStage } from './one-item.ts';

const stage = useStage();

/** Input of exactly this many bytes, filled up in the field that `fill` sets. */
function inputOf(bytes: number, fill: (text: string) => object): object {
  const empty = Buffer.byteLength(JSON.stringify({ key: stage.key, ...fill('') }));
  return fill('x'.repeat(bytes - empty));
}
const inLargeAttribute = (text: string) => ({ largeAttributes: { page: { text } } });
const inAttribute = (text: string) => ({
  attributes: { note: text },
  largeAttributes: { page: { text: 'X' } },
});

describe('the execution input', () => {
  it.each([
    ['a large attribute', inLargeAttribute],
    ['an attribute', inAttribute],
  ])('of the largest size is taken, filled by %s', async (_, fill) => {
    await stage.commit('create', inputOf(MAX_EXECUTION_INPUT_BYTES, fill));

    expect(await stage.losses()).toEqual({ dangling: [], orphans: [] });
    expect(await stage.objects()).toHaveLength(1);
  });

  it('that leaves the pointers of many large attributes no room is rejected before anything is put', async () => {
    const pages = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, { text: name }]));
    const key = { id: 'k'.repeat(200) };
    const run = await stage.start('create', {
      key,
      attributes: { note: 'x'.repeat(256_000) },
      largeAttributes: pages,
    });

    expect(await run.end()).toMatchObject({ error: 'Rejected.InvalidInput', cause: { field: 'input' } });
    expect(await stage.store.objects()).not.toContainEqual(expect.stringContaining(key.id));
  });

  it('that leaves the plan no room is rejected', async () => {
    const run = await stage.start('create', inputOf(MAX_PAYLOAD_BYTES, inLargeAttribute));

    expect(await run.end()).toMatchObject({ error: 'Rejected.InputTooLarge' });
    expect(await stage.objects()).toEqual([]);
  });

  it('over 256 KiB is refused by Step Functions itself', async () => {
    await expect(stage.start('create', inputOf(MAX_PAYLOAD_BYTES + 1, inLargeAttribute))).rejects.toThrow();
  });
});

describe('object keys', () => {
  it('of a key that fits are put; one byte more is rejected before anything is written', async () => {
    const room = MAX_OBJECT_KEY_BYTES - (await keyBytes('k'));
    const fits = `${'k'.repeat(room)}k`;
    expect(await store(fits)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await store(`${fits}k`)).toMatchObject({
      error: 'Rejected.InvalidInput',
      cause: { field: 'key' },
    });
  });
});

const NAME = 'create-at-the-edge';
let runs = 0;

function store(id: string) {
  runs += 1;
  return stage.store.run('create', { key: { id }, ...inLargeAttribute('X') }, `${NAME}-${runs}`);
}

/** Bytes of the object key of the item with this id. */
async function keyBytes(id: string): Promise<number> {
  const ended = await store(id);
  const { page } = ended.output.largeAttributes as { page: string };
  return Buffer.byteLength(page.slice(`s3://${stage.store.descriptor.bucket}/`.length));
}
