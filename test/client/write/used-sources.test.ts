// Sources that can be read once only, given a second time: refused by name, never taken for empty content.

import { once } from 'node:events';
import { Readable } from 'node:stream';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ByteStream, Content, Rejected } from '../../../client/index.ts';
import { awsError, clientOf, executionsEnd, s3, sfn, started, writesSucceed } from '../mocks.ts';

const client = clientOf();
const key = { id: '42' };
const bytes = Buffer.from('new');

beforeEach(writesSucceed);

function web(chunks: readonly Uint8Array[] = [bytes]): ReadableStream<Uint8Array> {
  const rest = chunks.values();
  return new ReadableStream({
    pull: (controller) => {
      const { done, value } = rest.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

async function* generated(chunks: readonly Uint8Array[] = [bytes]) {
  yield* chunks;
}

const bodyOf = (content: Uint8Array) => new Response(content).body as ReadableStream<Uint8Array>;

/** A new one each time. */
const SOURCES: readonly (readonly [string, () => ByteStream])[] = [
  ['a Readable', () => Readable.from([bytes])],
  ['a Readable of bytes', () => Readable.from([bytes], { objectMode: false })],
  ['a web stream', () => web()],
  ['a byte stream', () => new Blob([bytes]).stream()],
  ['the body of a Response', () => bodyOf(bytes)],
  ['a generator', () => generated()],
  [
    'an iterable that gives one iterator again and again',
    () => {
      const iterator = generated();
      return { [Symbol.asyncIterator]: () => iterator };
    },
  ],
];

function written(): unknown[] {
  return started().map(({ input }) => input.largeAttributes);
}

async function refusal(call: Promise<unknown>): Promise<{ reason: string; field: string | undefined }> {
  const error = await call.then(
    () => expect.unreachable('it was not refused'),
    (reason: Rejected) => reason,
  );
  return { reason: error.reason, field: error.field };
}

const used = (field: string) => ({ reason: 'InvalidInput', field: `largeAttributes.${field}` });

describe.each(SOURCES)('%s', (_, source) => {
  it('is refused after a run that read it was refused', async () => {
    const page = source();
    executionsEnd({ status: 'FAILED', error: 'Rejected.VersionMismatch', cause: '{"message":"at 3"}' });
    await expect(
      client.update({ key, expectedVersion: 99, largeAttributes: { page } }),
    ).rejects.toMatchObject({ reason: 'VersionMismatch' });
    executionsEnd();
    expect(await refusal(client.update({ key, largeAttributes: { page } }))).toEqual(used('page.content'));
    expect(written()).toEqual([{ page: { base64: 'bmV3' } }]);
    expect(s3.calls()).toEqual([]);
  });

  it('is refused after a start that failed, also with the same idempotency key and with its size', async () => {
    const page = source();
    sfn.on(StartExecutionCommand).rejects(awsError('AccessDeniedException', 400));
    const options = { idempotencyKey: 'k' };
    await expect(client.create({ key, largeAttributes: { page } }, options)).rejects.toThrow('AccessDenied');
    executionsEnd();
    sfn.resetHistory();
    const sized = { stream: page, size: bytes.length };
    expect(await refusal(client.create({ key, largeAttributes: { page: sized } }, options))).toEqual(
      used('page.content.stream'),
    );
    expect(started()).toEqual([]);
  });

  it('is refused as the content of two attributes', async () => {
    const stream = source();
    const large = { a: stream, b: { content: { stream, size: 3 }, contentType: 'a/b' } };
    expect(await refusal(client.create({ key, largeAttributes: large }))).toEqual(used('b.content.stream'));
    expect(started()).toEqual([]);
  });

  it('is refused in a second item of a batch', async () => {
    const page = source();
    const items = ['a', 'b'].map((id) => ({ key: { id }, largeAttributes: { page } }));
    expect(await client.createMany(items).summary()).toMatchObject({ written: 1, failed: 1 });
    expect(written()).toEqual([{ page: { base64: 'bmV3' } }]);
  });

  it('is refused by one of two calls at once', async () => {
    const page = source();
    const calls = ['a', 'b'].map((id) => client.create({ key: { id }, largeAttributes: { page } }));
    const [one, other] = await Promise.allSettled(calls);
    expect([one?.status, other?.status]).toEqual(['fulfilled', 'rejected']);
    expect(written()).toEqual([{ page: { base64: 'bmV3' } }]);
  });

  it('can be used after a call that was refused before it was read', async () => {
    const page = source();
    const large = { largeAttributes: { page } };
    const signal = AbortSignal.abort(new Error('not now'));
    for (const [input, options] of [
      [{ key: { id: 7 }, ...large }, {}],
      [{ key, attributes: { n: Number.NaN }, ...large }, {}],
      [{ key, attributes: { text: 'x'.repeat(300_000) }, ...large }, {}],
      [{ key, largeAttributes: { page, other: 7 as unknown as Content } }, {}],
      [{ key, largeAttributes: { page, other: page } }, {}],
      [{ key, ...large }, { idempotencyKey: 'not one' }],
      [{ key, ...large }, { signal }],
    ] as const) {
      // An iterable's iterator is known only once it is asked for.
      if ('other' in input.largeAttributes && !('next' in page) && !('getReader' in page || 'read' in page))
        continue;
      await expect(client.create(input, options)).rejects.toThrow();
    }
    await client.create({ key, ...large });
    expect(written()).toEqual([{ page: { base64: 'bmV3' } }]);
  });
});

describe('a stream that somebody else has read from', () => {
  const drain = async (stream: AsyncIterable<unknown>) => {
    for await (const _ of stream);
  };

  it.each<[string, () => Promise<ByteStream> | ByteStream]>([
    [
      'a Readable that was read to its end',
      async () => {
        const stream = Readable.from([bytes]);
        await drain(stream);
        return stream;
      },
    ],
    [
      'a Readable of which a part was read',
      async () => {
        const stream = Readable.from([Buffer.alloc(100)], { objectMode: false });
        await once(stream, 'readable');
        stream.read(4);
        return stream;
      },
    ],
    [
      'an empty Readable that has ended',
      async () => {
        const stream = Readable.from([]);
        await drain(stream);
        return stream;
      },
    ],
    ['a Readable that was destroyed', () => Readable.from([bytes]).destroy()],
    [
      'a Readable that failed',
      async () => {
        const stream = Readable.from([bytes]);
        stream.destroy(new Error('broken'));
        await once(stream, 'error');
        return stream;
      },
    ],
    [
      'a web stream that was read to its end',
      async () => {
        const stream = web();
        await drain(stream as unknown as AsyncIterable<unknown>);
        return stream;
      },
    ],
    [
      'a web stream of which a part was read',
      async () => {
        const stream = web([bytes, bytes]);
        const reader = stream.getReader();
        await reader.read();
        reader.releaseLock();
        return stream;
      },
    ],
    [
      'a web stream that another reader has',
      () => {
        const stream = web();
        stream.getReader();
        return stream;
      },
    ],
    [
      'a web stream that was cancelled',
      async () => {
        const stream = web();
        await stream.cancel();
        return stream;
      },
    ],
    [
      'the body of a Response whose bytes were taken',
      async () => {
        const response = new Response(bytes);
        await response.arrayBuffer();
        return response.body as ReadableStream<Uint8Array>;
      },
    ],
  ])('%s is refused', async (_, source) => {
    const page = await source();
    expect(await refusal(client.create({ key, largeAttributes: { page } }))).toEqual(used('page.content'));
    expect(started()).toEqual([]);
    expect(s3.calls()).toEqual([]);
  });
});

describe('what may be given again', () => {
  it.each<[string, Content]>([
    ['text', 'new'],
    ['bytes', bytes],
    ['an ArrayBuffer', Uint8Array.from(bytes).buffer],
    ['a Blob', new Blob([bytes])],
    ['an iterable that starts anew each time', { [Symbol.asyncIterator]: () => generated() }],
  ])('%s', async (_, page) => {
    await client.create({ key, largeAttributes: { page, again: page } });
    await client.create({ key, largeAttributes: { page } });
    const [first, second] = started().map(({ input }) => input.largeAttributes);
    expect(first?.page).toEqual(first?.again);
    expect(second?.page).toEqual(first?.page);
    expect(Object.values(first?.page ?? {})[0]).toMatch(/^(?:new|bmV3)$/);
  });
});

describe('an empty stream that nobody has read', () => {
  it.each<[string, ByteStream]>([
    ['a Readable', Readable.from([])],
    ['a web stream', web([])],
    ['a byte stream', new Blob([]).stream()],
    ['a generator', generated([])],
  ])('%s is empty content', async (_, page) => {
    await client.create({ key, largeAttributes: { page } });
    expect(written()).toEqual([{ page: { base64: '' } }]);
  });
});

it('bytes that were transferred are refused, not taken for none', async () => {
  const whole = new ArrayBuffer(8);
  const views = [new Uint8Array(whole), new DataView(whole), whole];
  structuredClone(whole, { transfer: [whole] });
  for (const page of views) {
    expect(await refusal(client.create({ key, largeAttributes: { page } }))).toEqual(used('page.content'));
  }
});

it.each([undefined, null, 'text', [1]])(
  'a stream that gives %j among bytes is refused, not cut short',
  async (odd) => {
    async function* mixed() {
      yield bytes;
      yield odd;
      yield bytes;
    }
    const streams = [mixed(), ReadableStream.from(mixed())] as ByteStream[];
    for (const page of streams) {
      expect(await refusal(client.create({ key, largeAttributes: { page } }))).toEqual(used('page.content'));
    }
  },
);
