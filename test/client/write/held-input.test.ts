// Inputs that their owner changes while a call is on its way: what was checked is what is written.

import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import type {
  BatchOptions,
  Content,
  CreateInput,
  StoreDescriptor,
  UpdateInput,
} from '../../../client/index.ts';
import { LargeItemClient } from '../../../client/index.ts';
import { itemAt } from '../items.ts';
import { clientOf, dynamodb, s3, sha256, started, store, writesSucceed } from '../mocks.ts';

const client = clientOf();
const key = { id: '42' };

beforeEach(writesSucceed);

describe('an input that is changed after the call', () => {
  it.each<[string, UpdateInput, (input: never) => void, object]>([
    [
      'a value',
      { key, set: { price: 10 } },
      ({ set }: { set: { price: number } }) => {
        set.price = Number.NaN;
      },
      { key, set: { price: 10 } },
    ],
    [
      'a value deep down',
      { key, set: { home: { rooms: [1, 2] } } },
      ({ set }: { set: { home: { rooms: unknown[] } } }) => {
        set.home.rooms.push(() => 1);
      },
      { key, set: { home: { rooms: [1, 2] } } },
    ],
    [
      'the bytes of a value',
      { key, set: { mark: new Uint8Array([1]) } },
      ({ set }: { set: { mark: Uint8Array } }) => {
        set.mark[0] = 2;
      },
      { key: { id: { S: '42' } }, set: { mark: { B: 'AQ==' } }, attributeFormat: 'dynamodb' },
    ],
    [
      "a condition's values",
      { key, set: { a: 1 }, condition: { expression: 'a = :a', values: { ':a': 0 } } },
      ({ condition }: { condition: { values: object } }) => {
        condition.values = { ':a': 1 };
      },
      { key, set: { a: 1 }, condition: { expression: 'a = :a', values: { ':a': 0 } } },
    ],
    [
      'the key',
      { key: { id: '42' }, set: { a: 1 } },
      (input: { key: { id: string } }) => {
        input.key.id = '43';
      },
      { key, set: { a: 1 } },
    ],
    [
      'values in the spelling of DynamoDB',
      { key: { id: { S: '42' } }, set: { n: { N: '1' } }, attributeFormat: 'dynamodb' },
      ({ set }: { set: { n: { N: string } } }) => {
        set.n.N = 'x';
      },
      { key: { id: { S: '42' } }, set: { n: { N: '1' } }, attributeFormat: 'dynamodb' },
    ],
    [
      'the names to remove, the update time and the clean-up',
      { key, remove: ['a'], updateAt: new Date(0), cleanUp: { whenFailed: true } },
      (input: { remove: string[]; updateAt: Date; cleanUp: { whenFailed: boolean } }) => {
        input.remove.push('b');
        input.updateAt.setTime(1);
        input.cleanUp.whenFailed = false;
      },
      { key, remove: ['a'], updateAt: '1970-01-01T00:00:00.000Z', cleanUp: { whenFailed: true } },
    ],
    [
      'an expression of a class',
      {
        key,
        set: { a: 1 },
        condition: new (class {
          readonly expression = 'a = :a';
          readonly values = { ':a': 0 };
        })(),
      },
      ({ condition }: { condition: { expression: string; values: Record<string, unknown> } }) => {
        condition.expression = 'b = :a';
        condition.values[':a'] = 1;
      },
      { key, set: { a: 1 }, condition: { expression: 'a = :a', values: { ':a': 0 } } },
    ],
    [
      'the options of content, and the content by name',
      { key, largeAttributes: { page: { content: 'x', metadata: { a: 'b' } } } },
      ({
        largeAttributes: { page },
      }: {
        largeAttributes: { page: { content: string; metadata: object } };
      }) => {
        page.content = 'y';
        page.metadata = { a: 'c' };
      },
      { key, largeAttributes: { page: { text: 'x', metadata: { a: 'b' } } } },
    ],
    [
      'few bytes of content',
      { key, largeAttributes: { page: new Uint8Array([1]) } },
      ({ largeAttributes: { page } }: { largeAttributes: { page: Uint8Array } }) => {
        page[0] = 2;
      },
      { key, largeAttributes: { page: { base64: 'AQ==' } } },
    ],
    [
      'the size of a stream',
      { key, largeAttributes: { page: { stream: new Blob(['x']).stream(), size: 1 } } },
      ({ largeAttributes: { page } }: { largeAttributes: { page: { size: number } } }) => {
        page.size = 2;
      },
      { key, largeAttributes: { page: { base64: 'eA==' } } },
    ],
    [
      'what is staged',
      { key, largeAttributes: { page: { staged: { key: 'staging/x', sha256: sha256('x'), size: 1 } } } },
      ({ largeAttributes: { page } }: { largeAttributes: { page: { staged: { key: string } } } }) => {
        page.staged.key = 'items/of-another';
      },
      { key, largeAttributes: { page: { staged: { key: 'staging/x', sha256: sha256('x'), size: 1 } } } },
    ],
  ])('%s: it is written as it was', async (_, input, change, expected) => {
    const call = client.update(input);
    change(input as never);
    await call;
    expect(started().map((each) => each.input)).toEqual([expected]);
  });

  it('a getter is asked once', async () => {
    let asked = 0;
    const attributes = {
      get price() {
        asked += 1;
        return asked === 1 ? 10 : Number.NaN;
      },
    };
    await client.create({ key, attributes });
    expect(started()[0]?.input.attributes).toEqual({ price: 10 });
  });

  it('what is refused stays so: the name __proto__, and values that hold themselves', async () => {
    const attributes = JSON.parse('{"__proto__":{"a":1},"b":2}');
    await expect(client.create({ key, attributes })).rejects.toMatchObject({ field: 'attributes.__proto__' });
    const cyclic: Record<string, unknown> = { at: [] };
    (cyclic.at as unknown[]).push(cyclic);
    await expect(client.create({ key, attributes: cyclic } as CreateInput)).rejects.toMatchObject({
      reason: 'InvalidInput',
      field: expect.stringMatching(/^attributes\.at/),
    });
  });

  it.each([undefined, null, 'text', 7])('no object but %j is refused', async (input) => {
    await expect(client.create(input as unknown as CreateInput)).rejects.toMatchObject({
      reason: 'InvalidInput',
      field: 'input',
    });
  });
});

describe('options that are changed after the call', () => {
  it('of a write: the idempotency key stays', async () => {
    const options = { idempotencyKey: 'one' };
    const call = client.create({ key }, options);
    options.idempotencyKey = 'other';
    await call;
    expect(started()[0]?.name).toBe('one');
  });

  it('of a batch: its name, and the number at a time', async () => {
    const options: { -readonly [Name in keyof BatchOptions<CreateInput>]: BatchOptions<CreateInput>[Name] } =
      {
        batch: 'one',
        concurrency: 1,
      };
    const batch = client.createMany([{ key }], options);
    options.batch = 'not a name';
    options.concurrency = Number.NaN;
    expect(await batch.summary()).toMatchObject({ written: 1 });
    expect(started()[0]?.name).toMatch(/^one-42-/);
  });

  it("of a read: the key and the attributes' names", async () => {
    dynamodb.on(GetItemCommand).callsFake(async () => {
      await new Promise(setImmediate);
      return { Item: itemAt(1, { page: 'x', film: 'y' }) };
    });
    s3.on(HeadObjectCommand).resolves({ ContentLength: 1 });
    const readKey = { id: '42' };
    const attributes = ['page'];
    const read = client.get(readKey, { attributes });
    readKey.id = '43';
    attributes[0] = 'film';
    expect(Object.keys((await read)?.large ?? {})).toEqual(['page']);
    expect(dynamodb.commandCalls(GetItemCommand)[0]?.args[0].input.Key).toEqual({ id: { S: '42' } });
  });

  it('of the client: its store', async () => {
    const own: { -readonly [Name in keyof StoreDescriptor]: StoreDescriptor[Name] } = { ...store };
    const theirs = new LargeItemClient({ store: own, pollIntervalMs: 1 });
    own.bucket = 'another';
    await theirs.create({ key, largeAttributes: { page: 'x'.repeat(300_000) } });
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input.Bucket).toBe('bucket');
  });
});

describe('a batch whose source fills one object anew for each item', () => {
  it('writes each item with its own values and contents', async () => {
    const content = new Uint8Array(1);
    const row = { key: { id: '' }, attributes: { n: 0 }, largeAttributes: { page: content as Content } };
    async function* rows() {
      for (let n = 0; n < 4; n++) {
        row.key.id = `item-${n}`;
        row.attributes.n = n;
        content[0] = n;
        yield row;
      }
    }
    expect(await client.createMany(rows(), { batch: 'rows' }).summary()).toMatchObject({ written: 4 });
    expect(started().map(({ input }) => input)).toEqual(
      [0, 1, 2, 3].map((n) => ({
        key: { id: `item-${n}` },
        attributes: { n },
        largeAttributes: { page: { base64: Buffer.of(n).toString('base64') } },
      })),
    );
  });

  it('refuses an identity that is no text, such as a promise', async () => {
    const identity = (async () => {
      throw new Error('not heard');
    }) as unknown as () => string;
    const batch = client.createMany([{ key }], { batch: 'b', identity });
    const { value: outcome } = await batch[Symbol.asyncIterator]().next();
    expect(outcome).toMatchObject({
      status: 'not-written',
      error: { reason: 'InvalidInput', field: 'identity' },
    });
    expect(started()).toEqual([]);
  });
});
