// Values, sources, signals and callbacks that are not quite what this realm has: of a `vm` context, as test runners and
// simulated browsers have it, of polyfills, and asynchronous ones.

import { createContext, runInContext } from 'node:vm';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Content, CreateInput, Value } from '../../client/index.ts';
import { itemAt, objectKeyOf } from './items.ts';
import { items, objects } from './mocked-items.ts';
import { clientOf, dynamodb, sfn, started, writesSucceed } from './mocks.ts';

const client = clientOf();
const key = { id: '42' };
const context = createContext({});
const foreign = <T>(code: string): T => runInContext(`(${code})`, context) as T;

beforeEach(writesSucceed);

describe('of another realm', () => {
  it.each<[string, string, object]>([
    ['bytes', 'Uint8Array.of(1, 2)', { B: 'AQI=' }],
    ['a set of text', "new Set(['a'])", { SS: ['a'] }],
    ['a set of bytes', 'new Set([Uint8Array.of(1)])', { BS: ['AQ=='] }],
    [
      'a record',
      '({ a: [1, null], b: new Set([1]) })',
      { M: { a: { L: [{ N: '1' }, { NULL: true }] }, b: { NS: ['1'] } } },
    ],
    ['a list', '[10n]', { L: [{ N: '10' }] }],
  ])('%s is the value that it is here', async (_, code, expected) => {
    await client.create({ key, attributes: { value: foreign<Value>(code) } });
    expect(started()[0]?.input.attributes).toEqual({ value: expected });
  });

  it('a whole input, with its update time, is what it is here', async () => {
    const input = foreign<CreateInput>(
      "{ key: { id: '42' }, attributes: { n: 1 }, updateAt: new Date(0), largeAttributes: { page: { content: 'x', metadata: { a: 'b' } } } }",
    );
    await client.create(input);
    expect(started()[0]?.input).toEqual({
      key,
      attributes: { n: 1 },
      updateAt: '1970-01-01T00:00:00.000Z',
      largeAttributes: { page: { text: 'x', metadata: { a: 'b' } } },
    });
  });

  it.each([
    ['a Date', 'new Date(0)'],
    ['a Map', 'new Map()'],
    ['a Float64Array', 'new Float64Array(1)'],
  ])('%s is refused as a value, as it is here', async (name, code) => {
    const value = foreign<Value>(code);
    await expect(client.create({ key, attributes: { value } })).rejects.toThrow(
      new RegExp(`^InvalidInput: attributes.value: DynamoDB has no type for ${name}`),
    );
  });

  it.each([
    ['an ArrayBuffer', 'Uint8Array.of(1, 2).buffer'],
    ['a typed array', 'Uint16Array.of(513)'],
    ['a DataView', 'new DataView(Uint8Array.of(0, 1, 2).buffer, 1)'],
    ['a generator', '(async function* () { yield Uint8Array.of(1); yield Uint8Array.of(2); })()'],
    [
      'a stream of a class of its own',
      `(() => {
        const chunks = [Uint8Array.of(1), Uint8Array.of(2)].values();
        const read = async () => chunks.next();
        return { locked: false, getReader: () => ({ read, cancel: async () => undefined }) };
      })()`,
    ],
    [
      'a Blob of a class of its own',
      "({ size: 2, type: '', stream: () => (async function* () { yield Uint8Array.of(1, 2); })() })",
    ],
  ])('%s is content', async (_, code) => {
    await client.create({ key, largeAttributes: { page: foreign<Content>(code) } });
    expect(started()[0]?.input.largeAttributes).toEqual({ page: { base64: 'AQI=' } });
  });

  it('a NumberValue of another copy of the SDK is the number', async () => {
    class NumberValueImpl {
      readonly value = '1.5';
      toBigInt(): bigint {
        return 1n;
      }
    }
    await client.create({ key, attributes: { n: new NumberValueImpl() as unknown as Value } });
    expect(started()[0]?.input.attributes).toEqual({ n: { N: '1.5' } });
  });
});

/** As a polyfill has it: without what the standard added later, and no instance of this realm's class. */
class OldSignal {
  aborted = false;
  readonly #listeners = new Set<() => void>();

  addEventListener(_: string, listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_: string, listener: () => void): void {
    this.#listeners.delete(listener);
  }

  abort(): void {
    this.aborted = true;
    for (const listener of this.#listeners) listener();
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}

describe('a signal without throwIfAborted', () => {
  const foreignSignal = () => {
    const old = new OldSignal();
    return { old, signal: old as unknown as AbortSignal };
  };

  it('that is not aborted changes nothing, and holds one listener of ours whatever the number of calls', async () => {
    const { old, signal } = foreignSignal();
    await client.create({ key, largeAttributes: { page: 'x'.repeat(300_000) } }, { signal });
    for (let n = 0; n < 20; n++) await client.create({ key }, { signal });
    expect(await client.createMany([{ key }], { signal }).summary()).toMatchObject({ written: 1 });
    expect(old.listeners).toBe(1);
  });

  it('stops a call that has not begun', async () => {
    const { old, signal } = foreignSignal();
    old.abort();
    await expect(client.create({ key }, { signal })).rejects.toMatchObject({ name: 'AbortError' });
    await expect(client.get(key, { signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(sfn.calls()).toEqual([]);
    expect(await client.createMany([{ key }], { signal }).summary()).toMatchObject({ taken: 0 });
  });

  it('ends the waiting', async () => {
    const { old, signal } = foreignSignal();
    sfn.on(DescribeExecutionCommand).callsFake(({ executionArn }) => {
      old.abort();
      return { executionArn, status: 'RUNNING' };
    });
    await expect(client.create({ key }, { signal })).rejects.toMatchObject({ name: 'WaitInterrupted' });
    const handle = await client.create({ key }, { wait: false });
    await expect(handle.wait({ signal })).rejects.toMatchObject({ name: 'WaitInterrupted' });
  });
});

it('what is no signal is refused by name', async () => {
  const signal = new AbortController() as unknown as AbortSignal;
  const refusal = { reason: 'InvalidInput', field: 'signal' };
  await expect(client.create({ key }, { signal })).rejects.toMatchObject(refusal);
  await expect(client.get(key, { signal })).rejects.toMatchObject(refusal);
  expect(() => client.createMany([], { signal })).toThrow(/^InvalidInput: signal/);
  const handle = await client.create({ key }, { wait: false });
  await expect(handle.wait({ signal })).rejects.toMatchObject(refusal);
});

describe('an asynchronous onProgress that rejects', () => {
  const onProgress = async () => {
    await new Promise(setImmediate);
    throw new Error('no more room');
  };

  it('ends an upload', async () => {
    const attempt = client.create({ key, largeAttributes: { page: 'x'.repeat(300_000) } }, { onProgress });
    await expect(attempt).rejects.toMatchObject({ name: 'UploadFailed', cause: new Error('no more room') });
    expect(started()).toEqual([]);
  });

  it('ends the waiting, and names the run', async () => {
    await expect(client.create({ key }, { onProgress })).rejects.toMatchObject({
      name: 'WaitInterrupted',
      cause: new Error('no more room'),
    });
  });

  it('ends a batch', async () => {
    await expect(client.createMany([{ key }, { key }], { onProgress }).summary()).rejects.toThrow(
      'no more room',
    );
  });

  it('ends reads', async () => {
    items(itemAt(1, { page: 'hello' }));
    objects({ [objectKeyOf('page', 'hello', 1)]: 'hello' });
    await expect(client.get(key, { load: true, onProgress })).rejects.toThrow('no more room');
    const page = (await client.get(key))?.large.page;
    await expect(page?.text({ onProgress })).rejects.toThrow('no more room');
    await expect(page?.stream({ onProgress }).getReader().read()).rejects.toThrow('no more room');
    expect(dynamodb.commandCalls(GetItemCommand).length).toBeGreaterThan(0);
  });
});
