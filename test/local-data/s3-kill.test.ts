// Objects outlive the process: what was acknowledged is there byte for byte, what was not is there wholly or not at all.

import { createHash, randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { S3 } from '@aws-sdk/client-s3';
import { expect, test, vi } from 'vitest';
import { newFolder, startProcess } from './harness.ts';

const Bucket = 'kept';
const WORKERS = 4;
/** How many answers there are before each kill. */
const KILLED_AT = [1, 9, 23, 40];
const SIZES = [0, 1, 1_000, 70_000, 1_500_000];

/** An object as it is known to be: its bytes in hex, or undefined where there is none. */
type State = string | undefined;

/** What one worker knows of its objects. */
class Knowledge {
  readonly states = new Map<string, State>();
  /** What was asked for when the process ended. */
  pending: { readonly key: string; readonly state: State } | undefined;
}

test('objects are as they were acknowledged, whenever the process is killed, again and again', async () => {
  const data = await newFolder();
  const workers = Array.from({ length: WORKERS }, () => new Knowledge());
  let cloud = await startProcess({ data });
  await cloud.s3.createBucket({ Bucket });
  for (const answers of KILLED_AT) {
    let left = answers;
    let killed: Promise<void> | undefined;
    const acknowledge = (): void => {
      left -= 1;
      if (left === 0) killed = cloud.kill();
    };
    await Promise.all(workers.map((worker, index) => work(cloud.s3, `worker/${index}`, worker, acknowledge)));
    await killed;
    cloud = await startProcess({ data });
    for (const worker of workers) await compare(cloud.s3, worker);
    const { Contents = [] } = await cloud.s3.listObjectsV2({ Bucket });
    const present = workers.flatMap(({ states }) => [...states].filter(([, state]) => state !== undefined));
    expect(Contents.map(({ Key }) => Key)).toEqual(present.map(([key]) => key).sort());
    // Copies share files, so there may be fewer than objects; never one more.
    expect((await contentFiles(data)).length).toBeLessThanOrEqual(present.length);
  }
});

/** What must be there is; what was asked for and not answered may be. */
async function compare(s3: S3, knowledge: Knowledge): Promise<void> {
  const { states, pending } = knowledge;
  knowledge.pending = undefined;
  for (const [key, state] of states) {
    const found = await read(s3, key);
    const possible = pending?.key === key ? [state, pending.state] : [state];
    expect(possible.map(digest)).toContain(digest(found));
    states.set(key, found);
  }
}

/** Puts, overwrites, copies and deletes objects until the process is gone. */
async function work(s3: S3, prefix: string, knowledge: Knowledge, acknowledge: () => void): Promise<void> {
  const { states } = knowledge;
  for (let step = 0; ; step++) {
    const key = `${prefix}/${step % 3}`;
    const other = `${prefix}/${(step + 1) % 3}`;
    const source = states.get(other);
    const body = randomBytes(SIZES[step % SIZES.length] as number);
    const [state, call] =
      step % 5 === 3
        ? ([undefined, () => s3.deleteObject({ Bucket, Key: key })] as const)
        : step % 5 === 4 && source !== undefined
          ? ([source, () => s3.copyObject({ Bucket, Key: key, CopySource: `${Bucket}/${other}` })] as const)
          : ([body.toString('hex'), () => s3.putObject({ Bucket, Key: key, Body: body })] as const);
    knowledge.pending = { key, state };
    if (!states.has(key)) states.set(key, undefined);
    try {
      await call();
    } catch {
      return; // The process is gone: whether this took effect is not known.
    }
    states.set(key, state);
    acknowledge();
  }
}

async function read(s3: S3, Key: string): Promise<State> {
  try {
    const { Body } = await s3.getObject({ Bucket, Key });
    return Buffer.from((await Body?.transformToByteArray()) ?? []).toString('hex');
  } catch (error) {
    expect(error).toMatchObject({ name: 'NoSuchKey' });
    return undefined;
  }
}

/** What two equal states have in common, short enough for a message. */
function digest(state: State): string {
  return state === undefined ? 'no object' : createHash('sha256').update(state).digest('hex');
}

test('an upload that is cut off leaves no object and no file', async () => {
  const data = await newFolder();
  const cloud = await startProcess({ data });
  await cloud.s3.createBucket({ Bucket });
  await cloud.s3.putObject({ Bucket, Key: 'half', Body: 'before' });
  const source = new Readable({ read: () => undefined });
  source.push(Buffer.alloc(300_000, 1));
  const put = cloud.s3.putObject({ Bucket, Key: 'half', Body: source, ContentLength: 1_000_000 });
  const lost = expect(put).rejects.toThrow();
  await vi.waitUntil(async () => (await sizes(data)).some((size) => size > 100_000), { timeout: 60_000 });
  expect(await contentFiles(data)).toHaveLength(2);

  await cloud.kill();
  source.destroy();
  await lost;
  const again = await startProcess({ data });

  expect(Buffer.from((await read(again.s3, 'half')) ?? '', 'hex').toString()).toBe('before');
  expect(await sizes(data)).toEqual(['before'.length]);
});

test('an upload in parts is whole after its completion, and gone before', async () => {
  const data = await newFolder();
  const cloud = await startProcess({ data });
  await cloud.s3.createBucket({ Bucket });
  const parts = [randomBytes(5 * 1024 ** 2), randomBytes(1_234)];
  for (const Key of ['completed', 'under way']) {
    const { UploadId } = await cloud.s3.createMultipartUpload({ Bucket, Key, ContentType: 'text/x-parts' });
    const Parts = [];
    for (const [index, Body] of parts.entries()) {
      const part = { Bucket, Key, UploadId, PartNumber: index + 1 };
      Parts.push({ PartNumber: index + 1, ETag: (await cloud.s3.uploadPart({ ...part, Body })).ETag });
    }
    if (Key === 'completed') {
      await cloud.s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
    }
  }
  const before = await cloud.s3.headObject({ Bucket, Key: 'completed' });

  await cloud.kill();
  const again = await startProcess({ data });

  const { $metadata: _, ...head } = await again.s3.headObject({ Bucket, Key: 'completed' });
  const { $metadata: __, ...expected } = before;
  expect(head).toEqual(expected);
  expect((await read(again.s3, 'completed')) === Buffer.concat(parts).toString('hex')).toBe(true);
  const second = await again.s3.getObject({ Bucket, Key: 'completed', PartNumber: 2 });
  expect(Buffer.from((await second.Body?.transformToByteArray()) ?? [])).toEqual(parts[1]);
  expect((await again.s3.listMultipartUploads({ Bucket })).Uploads).toBeUndefined();
  expect(await contentFiles(data)).toHaveLength(2);
});

function contentFiles(data: string): Promise<string[]> {
  return readdir(join(data, 's3', 'contents'));
}

async function sizes(data: string): Promise<number[]> {
  const files = await contentFiles(data);
  return Promise.all(files.map(async (file) => (await stat(join(data, 's3', 'contents', file))).size));
}
