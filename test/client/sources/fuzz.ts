// What becomes of content of any kind, whatever was done with its source before: exactly its bytes are stored, or it is
// refused with its field named.

import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { array, assert, asyncProperty, constantFrom, integer, uint8Array } from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { type Content, Rejected } from '../../../client/index.ts';
import { awsError, clientOf, executionsEnd, resetMocks, s3, sfn, sha256, started } from '../mocks.ts';
import { type Chunks, KINDS, type Kind, removeFiles, streamIn } from './kinds.ts';

interface Case {
  readonly content: Content;
  readonly bytes: Buffer;
  readonly isOnce: boolean;
}

const client = clientOf();
const key = { id: '42' };
const objects = new Map<string, Buffer>();
/** More than an execution's input holds, so that the content is staged. */
const STAGED_BYTES = 300_000;

function reset(): void {
  resetMocks();
  executionsEnd();
  objects.clear();
  s3.on(DeleteObjectCommand).resolves({});
  s3.on(PutObjectCommand).callsFake(({ Key, Body }: { Key: string; Body: Uint8Array }) => {
    objects.set(Key, Buffer.from(Body));
    return {};
  });
}

/** The contents that the run started last was given. */
function stored(): Buffer[] {
  return Object.values(started().at(-1)?.input.largeAttributes ?? {}).map((value) => {
    const { text, base64, staged } = value as {
      text?: string;
      base64?: string;
      staged?: { key: string; sha256: string; size: number };
    };
    if (staged === undefined)
      return Buffer.from(text ?? base64 ?? '', text === undefined ? 'base64' : 'utf8');
    const bytes = objects.get(staged.key) ?? Buffer.of();
    expect(staged).toMatchObject({ sha256: sha256(bytes), size: bytes.length });
    return bytes;
  });
}

async function expectExact({ content, bytes }: Case, names: readonly string[] = ['page']): Promise<void> {
  await client.create({ key, largeAttributes: Object.fromEntries(names.map((name) => [name, content])) });
  expect(stored().every((each) => each.equals(bytes))).toBe(true);
}

async function expectRefused(call: Promise<unknown>): Promise<void> {
  const before = [started().length, objects.size];
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Rejected);
  expect(error).toMatchObject({ reason: 'InvalidInput' });
  expect((error as Rejected).field).toMatch(/^largeAttributes\.\w+\.content/);
  expect([started().length, objects.size]).toEqual(before);
}

const create = ({ content }: Case, options = {}) =>
  client.create({ key, largeAttributes: { page: content } }, options);

/** A further use of what was read: refused if it can be read once only. */
async function useAgain(given: Case): Promise<void> {
  if (given.isOnce) await expectRefused(create(given));
  else await expectExact(given);
}

/** What is done with a source. */
const USES: Readonly<Record<string, (given: Case) => Promise<void>>> = {
  unused: (given) => expectExact(given),

  'after a refusal that read nothing': async (given) => {
    await expect(
      client.create({ key: { id: '' }, largeAttributes: { page: given.content } }),
    ).rejects.toThrow();
    await expectExact(given);
  },

  'after a run that was refused': async (given) => {
    executionsEnd({ status: 'FAILED', error: 'Rejected.NotFound', cause: '{"message":"none"}' });
    await expect(create(given)).rejects.toMatchObject({ reason: 'NotFound' });
    executionsEnd();
    await useAgain(given);
  },

  'after a start that failed': async (given) => {
    sfn.on(StartExecutionCommand).rejects(awsError('AccessDeniedException', 400));
    await expect(create(given, { idempotencyKey: 'k' })).rejects.toMatchObject({ name: 'StartFailed' });
    executionsEnd();
    await useAgain(given);
  },

  'after a success': async (given) => {
    await expectExact(given);
    await useAgain(given);
  },

  'after being aborted half-way': async (given) => {
    const controller = new AbortController();
    const call = create(given, { signal: controller.signal });
    controller.abort();
    await call.catch(() => undefined);
    await useAgain(given);
  },

  'shared by two attributes': async (given) => {
    if (!given.isOnce) return expectExact(given, ['a', 'b']);
    await expectRefused(client.create({ key, largeAttributes: { a: given.content, b: given.content } }));
  },

  'shared by two calls at once': async (given) => {
    const calls = await Promise.allSettled([create(given), create(given)]);
    expect(calls.map(({ status }) => status)).toEqual(['fulfilled', given.isOnce ? 'rejected' : 'fulfilled']);
    expect(stored().every((each) => each.equals(given.bytes))).toBe(true);
  },
};

/** What somebody else does with a stream before. */
const ELSEWHERE: Readonly<Record<string, (given: Case) => Promise<void>>> = {
  'read to its end elsewhere': async (given) => {
    for await (const _ of streamIn(given.content) as AsyncIterable<unknown>);
    await expectRefused(create(given));
  },

  'read in part elsewhere': async (given) => {
    for await (const _ of streamIn(given.content) as AsyncIterable<unknown>) break;
    await expectRefused(create(given));
  },
};

const CASES = Object.entries(KINDS).flatMap(([name, kind]) => {
  const uses = { ...USES, ...(kind.reads === 'once' && ELSEWHERE) };
  return Object.entries(uses).map(([use, run]) => ({ name: `${name}, ${use}`, kind, run }));
});

async function check(run: (given: Case) => Promise<void>, kind: Kind, chunks: Chunks): Promise<void> {
  reset();
  const content = kind.make(chunks);
  await run({ content, bytes: Buffer.concat(chunks), isOnce: kind.reads !== 'again' });
}

/** A case that hangs is named, too, as one that fails is. @param seed - the same cases each time */
export function fuzzSources(numRuns: number, seed: number): void {
  afterAll(removeFiles);

  it.each(CASES)('$name', ({ kind, run }) => check(run, kind, [Buffer.from('AA'), Buffer.from('BB')]));

  it(`any of them with any chunks, ${numRuns} times`, async () => {
    const ascii = uint8Array({ min: 0x20, max: 0x7e, maxLength: 40 });
    const property = asyncProperty(
      constantFrom(...CASES),
      array(ascii, { maxLength: 5 }),
      integer({ min: 0, max: 9 }),
      async ({ kind, run }, chunks, size) => {
        const padding = size === 0 ? [Buffer.alloc(STAGED_BYTES, 'x')] : [];
        await check(run, kind, [...padding, ...chunks]);
      },
    );
    await assert(property, { numRuns, seed, timeout: 60_000, endOnFailure: true });
  });
}
