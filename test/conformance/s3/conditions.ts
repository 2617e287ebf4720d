// Conditional requests: reads, writes, deletes, and what concurrent writers see.

import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { bytes, failureOf, type Harness, type TestGroup } from './harness.ts';

const HOUR = 3_600_000;

async function withObject(s3: Harness) {
  const at = { Bucket: await s3.newBucket(), Key: 'a' };
  const { ETag = '' } = await s3.client.send(new PutObjectCommand({ ...at, Body: 'one' }));
  return { at, ETag };
}

function statusOf(call: Promise<MetadataBearer>): Promise<number | undefined> {
  return call.then(
    (answer) => answer.$metadata.httpStatusCode,
    (error: MetadataBearer) => error.$metadata.httpStatusCode,
  );
}

type MetadataBearer = Pick<GetObjectCommandOutput, '$metadata'>;

export const conditionalReads: TestGroup = (s3) => {
  const status = async (input: GetObjectCommandInput): Promise<number | undefined> => {
    const [get, head] = await Promise.all([
      statusOf(s3.client.send(new GetObjectCommand(input))),
      statusOf(s3.client.send(new HeadObjectCommand(input))),
    ]);
    expect(head).toBe(get);
    return get;
  };
  const earlier = () => new Date(Date.now() - HOUR);
  const later = () => new Date(Date.now() + HOUR);

  s3.test('If-Match reads only the object with that entity tag', async () => {
    const { at, ETag } = await withObject(s3);
    expect(await status({ ...at, IfMatch: ETag })).toBe(200);
    expect(await status({ ...at, IfMatch: '"other"' })).toBe(412);
    expect(await failureOf(s3.client.send(new GetObjectCommand({ ...at, IfMatch: '"other"' })))).toBe(
      'PreconditionFailed 412',
    );
  });

  s3.test('If-None-Match answers 304 for the object that the reader has', async () => {
    const { at, ETag } = await withObject(s3);
    expect(await status({ ...at, IfNoneMatch: ETag })).toBe(304);
    expect(await status({ ...at, IfNoneMatch: '"other"' })).toBe(200);
  });

  s3.test('If-None-Match: * answers 304 for any object', async () => {
    const { at } = await withObject(s3);
    expect(await status({ ...at, IfNoneMatch: '*' })).toBe(304);
  });

  s3.test('dates: If-Modified-Since answers 304, If-Unmodified-Since 412', async () => {
    const { at } = await withObject(s3);
    expect(await status({ ...at, IfModifiedSince: earlier() })).toBe(200);
    expect(await status({ ...at, IfUnmodifiedSince: later() })).toBe(200);
    expect(await status({ ...at, IfUnmodifiedSince: earlier() })).toBe(412);
    const { LastModified } = await s3.client.send(new HeadObjectCommand(at));
    expect(await status({ ...at, IfModifiedSince: LastModified })).toBe(304);
    expect(await status({ ...at, IfUnmodifiedSince: LastModified })).toBe(200);
  });

  s3.test('If-Match that holds outweighs If-Unmodified-Since that does not', async () => {
    const { at, ETag } = await withObject(s3);
    expect(await status({ ...at, IfMatch: ETag, IfUnmodifiedSince: earlier() })).toBe(200);
  });

  s3.test('If-None-Match that does not hold outweighs If-Modified-Since that does', async () => {
    const { at, ETag } = await withObject(s3);
    expect(await status({ ...at, IfNoneMatch: ETag, IfModifiedSince: earlier() })).toBe(304);
  });
};

export const conditionalWrites: TestGroup = (s3) => {
  s3.test('If-None-Match: * puts only where nothing is', async () => {
    const { at, ETag } = await withObject(s3);
    const put = new PutObjectCommand({ ...at, Body: 'two', IfNoneMatch: '*' });
    expect(await failureOf(s3.client.send(put))).toBe('PreconditionFailed 412');
    expect((await s3.client.send(new HeadObjectCommand(at))).ETag).toBe(ETag);
    await s3.client.send(new PutObjectCommand({ ...at, Key: 'new', Body: 'two', IfNoneMatch: '*' }));
  });

  s3.test('If-Match puts only over the object with that entity tag', async () => {
    const { at, ETag } = await withObject(s3);
    await s3.client.send(new PutObjectCommand({ ...at, Body: 'two', IfMatch: ETag }));
    expect(
      await failureOf(s3.client.send(new PutObjectCommand({ ...at, Body: 'three', IfMatch: ETag }))),
    ).toBe('PreconditionFailed 412');
    const got = await s3.client.send(new GetObjectCommand(at));
    expect(await got.Body?.transformToString()).toBe('two');
  });

  s3.test('If-Match on a put is NoSuchKey where nothing is', async () => {
    const { at, ETag } = await withObject(s3);
    const put = new PutObjectCommand({ ...at, Key: 'none', Body: 'x', IfMatch: ETag });
    expect(await failureOf(s3.client.send(put))).toBe('NoSuchKey 404');
  });

  s3.test('If-None-Match with an entity tag is not a condition that writes have', async () => {
    const { at, ETag } = await withObject(s3);
    const put = new PutObjectCommand({ ...at, Body: 'x', IfNoneMatch: ETag });
    expect(await failureOf(s3.client.send(put))).toBe('NotImplemented 501');
  });

  s3.test('a copy takes the same conditions on its destination', async () => {
    const { at, ETag } = await withObject(s3);
    const copy = { Bucket: at.Bucket, CopySource: `${at.Bucket}/a` };
    await s3.client.send(new CopyObjectCommand({ ...copy, Key: 'b', IfNoneMatch: '*' }));
    expect(
      await failureOf(s3.client.send(new CopyObjectCommand({ ...copy, Key: 'b', IfNoneMatch: '*' }))),
    ).toBe('PreconditionFailed 412');
    await s3.client.send(new CopyObjectCommand({ ...copy, Key: 'b', IfMatch: ETag }));
    expect(
      await failureOf(s3.client.send(new CopyObjectCommand({ ...copy, Key: 'b', IfMatch: '"other"' }))),
    ).toBe('PreconditionFailed 412');
  });

  s3.test('If-Match deletes only the object with that entity tag', async () => {
    const { at, ETag } = await withObject(s3);
    expect(await failureOf(s3.client.send(new DeleteObjectCommand({ ...at, IfMatch: '"other"' })))).toBe(
      'PreconditionFailed 412',
    );
    await s3.client.send(new DeleteObjectCommand({ ...at, IfMatch: ETag }));
    expect(await failureOf(s3.client.send(new HeadObjectCommand(at)))).toBe('NotFound 404');
  });

  s3.test('If-Match: * deletes any object', async () => {
    const { at } = await withObject(s3);
    await s3.client.send(new DeleteObjectCommand({ ...at, IfMatch: '*' }));
    expect(await failureOf(s3.client.send(new HeadObjectCommand(at)))).toBe('NotFound 404');
  });

  s3.test('If-Match on a delete is NoSuchKey where nothing is', async () => {
    const { at, ETag } = await withObject(s3);
    for (const IfMatch of [ETag, '*']) {
      const call = new DeleteObjectCommand({ ...at, Key: 'none', IfMatch });
      expect(await failureOf(s3.client.send(call))).toBe('NoSuchKey 404');
    }
  });
};

export const concurrency: TestGroup = (s3) => {
  s3.test('of many conditional creates at once exactly one succeeds', async () => {
    const at = { Bucket: await s3.newBucket(), Key: 'a' };
    const puts = Array.from({ length: 20 }, (_, i) =>
      s3.client.send(new PutObjectCommand({ ...at, Body: `writer ${i}`, IfNoneMatch: '*' })).then(
        () => `writer ${i}`,
        (error: Error) => error.name,
      ),
    );
    const outcomes = await Promise.all(puts);
    const winners = outcomes.filter((outcome) => outcome !== 'PreconditionFailed');
    const got = await s3.client.send(new GetObjectCommand(at));

    expect(winners).toHaveLength(1);
    expect(await got.Body?.transformToString()).toBe(winners[0]);
  });

  s3.test('a reader sees one writer’s object or another’s, whole, never a mixture', async () => {
    const at = { Bucket: await s3.newBucket(), Key: 'a' };
    const bodies = Array.from({ length: 8 }, (_, i) => bytes(300_000 + i * 10_000, i + 1));
    const tags = new Map<string | undefined, number>();
    for (const [i, Body] of bodies.entries()) {
      tags.set((await s3.client.send(new PutObjectCommand({ ...at, Body }))).ETag, i);
    }
    const writes = bodies.map((Body) => s3.client.send(new PutObjectCommand({ ...at, Body })));
    const reads = bodies.map(async () => {
      const got = await s3.client.send(new GetObjectCommand(at));
      const expected = bodies[tags.get(got.ETag) ?? -1] ?? Buffer.alloc(0);
      return Buffer.compare((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0), expected);
    });
    await Promise.all(writes);
    expect(await Promise.all(reads)).toEqual(bodies.map(() => 0));
  });
};
