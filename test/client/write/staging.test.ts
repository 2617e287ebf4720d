// What does not fit the input of an execution, and how it gets to the staging prefix.

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_EXECUTION_INPUT_BYTES } from '../../../core/errors/limits.ts';
import {
  awsError,
  clientOf,
  executionsEnd,
  s3,
  sfn,
  sha256,
  started,
  uploads,
  writesSucceed,
} from '../mocks.ts';

const client = clientOf();
const key = { id: '42' };

beforeEach(writesSucceed);

function digestOf(text: string) {
  return { sha256: sha256(text), size: text.length };
}

describe('staging', () => {
  it.each([
    ['the call', {}, { inlineContent: false }],
    ['the store', { inlineContent: false }, {}],
    ['the store, whatever the call says', { inlineContent: false }, { inlineContent: true }],
  ])('takes all content where %s says so, so that no input holds it', async (_, store, options) => {
    const cautious = clientOf(store);
    const largeAttributes = {
      page: 'secret',
      none: '',
      old: { staged: { key: 'staging/x', ...digestOf('x') } },
    };
    await cautious.create({ key, largeAttributes }, { idempotencyKey: 'k', ...options });
    expect(uploads().map(({ Key }) => Key)).toEqual(['staging/create/k/page', 'staging/create/k/none']);
    expect(started()[0]?.input).toEqual({
      key,
      largeAttributes: {
        page: { staged: { key: 'staging/create/k/page', ...digestOf('secret') } },
        none: { staged: { key: 'staging/create/k/none', ...digestOf('') } },
        old: { staged: { key: 'staging/x', ...digestOf('x') } },
      },
    });
  });

  async function roomForText(): Promise<number> {
    await client.create({ key, largeAttributes: { page: '' } });
    const bytes = Buffer.byteLength(started()[0]?.text ?? '');
    sfn.resetHistory();
    return MAX_EXECUTION_INPUT_BYTES - bytes;
  }

  it('leaves content inline that just fits the input', async () => {
    const text = 'x'.repeat(await roomForText());
    await client.create({ key, largeAttributes: { page: text } });
    expect(uploads()).toEqual([]);
    expect(Buffer.byteLength(started()[0]?.text ?? '')).toBe(MAX_EXECUTION_INPUT_BYTES);
  });

  it('takes content one byte larger to the staging prefix, with its SHA-256', async () => {
    const text = 'x'.repeat((await roomForText()) + 1);
    await client.create({ key, largeAttributes: { page: text } });
    const { name, input } = started()[0] ?? {};
    const stagedKey = `staging/create/${name}/page`;
    expect(uploads()).toEqual([
      {
        Key: stagedKey,
        Body: new TextEncoder().encode(text),
        ChecksumSHA256: Buffer.from(sha256(text), 'hex').toString('base64'),
      },
    ]);
    expect(input?.largeAttributes?.page).toEqual({
      staged: { key: stagedKey, sha256: sha256(text), size: text.length },
    });
  });

  it('counts what JSON escapes', async () => {
    const room = await roomForText();
    await client.create({ key, largeAttributes: { page: '"'.repeat(Math.floor(room / 2)) } });
    expect(uploads()).toHaveLength(0);
    await client.create({ key, largeAttributes: { page: '"'.repeat(Math.floor(room / 2) + 1) } });
    expect(uploads()).toHaveLength(1);
  });

  it('takes the largest contents first, and no more than it must', async () => {
    const sizes = { small: 1000, larger: 120_000, largest: 140_000, middle: 60_000 };
    const contents = Object.entries(sizes).map(([name, size]) => [name, 'x'.repeat(size)] as const);
    await client.create({ key, largeAttributes: Object.fromEntries(contents) });
    expect(uploads().map(({ Key }) => Key?.split('/').at(-1))).toEqual(['largest']);
  });

  it('keeps the options of what it takes', async () => {
    const options = { contentType: 'text/html', metadata: { a: 'b' } };
    await client.create({ key, largeAttributes: { page: { content: 'x'.repeat(300_000), ...options } } });
    expect(started()[0]?.input.largeAttributes?.page).toMatchObject(options);
  });

  it('encodes the name of the attribute in the key', async () => {
    await client.create({ key, largeAttributes: { 'a/b c': 'x'.repeat(300_000) } }, { idempotencyKey: 'k' });
    expect(uploads()[0]?.Key).toBe('staging/create/k/a%2Fb%20c');
  });

  it('ends with the objects deleted once the run has succeeded', async () => {
    await client.create({ key, largeAttributes: { page: 'x'.repeat(300_000) } }, { idempotencyKey: 'k' });
    expect(s3.commandCalls(DeleteObjectCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { Bucket: 'bucket', Key: 'staging/create/k/page' },
    ]);
  });

  it('keeps the objects of a run that failed: a replay needs them', async () => {
    executionsEnd({ status: 'FAILED', error: 'RolledBack.Conflict', cause: '{"message":"busy"}' });
    await expect(client.create({ key, largeAttributes: { page: 'x'.repeat(300_000) } })).rejects.toThrow(
      'busy',
    );
    expect(s3.commandCalls(DeleteObjectCommand)).toEqual([]);
  });

  it('succeeds also when its objects cannot be deleted', async () => {
    s3.on(DeleteObjectCommand).rejects(awsError('AccessDenied', 403));
    const result = await client.create({ key, largeAttributes: { page: 'x'.repeat(300_000) } });
    expect(result.version).toBe(1);
  });

  it('that fails starts nothing, and deletes what it had taken before', async () => {
    s3.on(PutObjectCommand).callsFake(({ Key }: { Key: string }) => {
      if (Key.endsWith('/b')) throw awsError('AccessDenied', 403);
      return {};
    });
    const large = { a: 'x'.repeat(300_000), b: 'x'.repeat(300_000) };
    await expect(client.create({ key, largeAttributes: large })).rejects.toMatchObject({
      name: 'UploadFailed',
      attribute: 'b',
      cause: expect.objectContaining({ name: 'AccessDenied' }),
    });
    expect(started()).toEqual([]);
    expect(s3.commandCalls(DeleteObjectCommand)[0]?.args[0].input.Key).toMatch(/\/a$/);
  });
});

describe('a multipart upload', () => {
  const megabytes = 1024 ** 2;
  /** Copies, as they were sent: the memory of a part is used again for another. */
  const sent = new Map<number, Buffer>();

  beforeEach(() => {
    s3.on(CreateMultipartUploadCommand).resolves({ UploadId: 'u' });
    s3.on(AbortMultipartUploadCommand).resolves({});
    s3.on(CompleteMultipartUploadCommand).resolves({});
    sent.clear();
    s3.on(UploadPartCommand).callsFake(({ PartNumber, Body }: { PartNumber: number; Body: Uint8Array }) => {
      sent.set(PartNumber, Buffer.from(Body));
      return { ETag: `e${PartNumber}`, ChecksumCRC64NVME: `c${PartNumber}` };
    });
  });

  function bodies(): Buffer {
    const parts = [...sent].sort(([one], [other]) => one - other);
    return Buffer.concat(parts.map(([, body]) => body));
  }

  it.each([17, 24])('of %i MB has parts of 8 MB in order, whatever the chunks', async (size) => {
    const content = Buffer.alloc(size * megabytes, 'abcdefg');
    async function* chunks() {
      for (let at = 0, step = 1; at < content.length; at += step, step = (step * 3) % 5_000_011) {
        yield content.subarray(at, at + step);
      }
    }
    await client.create({ key, largeAttributes: { film: chunks() } });
    expect(bodies().equals(content)).toBe(true);
    const { MultipartUpload } = s3.commandCalls(CompleteMultipartUploadCommand)[0]?.args[0].input ?? {};
    expect(MultipartUpload?.Parts).toEqual(
      [1, 2, 3].map((n) => ({ PartNumber: n, ETag: `e${n}`, ChecksumCRC64NVME: `c${n}` })),
    );
    expect(started()[0]?.input.largeAttributes?.film?.staged).toMatchObject({
      sha256: sha256(content),
      size: content.length,
    });
  });

  it.each([UploadPartCommand, CompleteMultipartUploadCommand])(
    'is aborted when %o fails',
    async (command) => {
      s3.on(command as typeof UploadPartCommand).rejects(awsError('AccessDenied', 403));
      const film = Buffer.alloc(20 * megabytes);
      await expect(client.create({ key, largeAttributes: { film } })).rejects.toThrow('AccessDenied');
      expect(s3.commandCalls(AbortMultipartUploadCommand)[0]?.args[0].input.UploadId).toBe('u');
      expect(started()).toEqual([]);
    },
  );

  it('is aborted only when no part is on its way any more', async () => {
    const order: string[] = [];
    let release = (): void => undefined;
    s3.on(UploadPartCommand).callsFake(async ({ PartNumber }: { PartNumber: number }) => {
      if (PartNumber === 2) throw awsError('AccessDenied', 403);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      order.push(`part ${PartNumber}`);
      return {};
    });
    s3.on(AbortMultipartUploadCommand).callsFake(async () => order.push('aborted'));
    const attempt = client.create({ key, largeAttributes: { film: Buffer.alloc(20 * megabytes) } });
    attempt.catch(() => undefined);
    await expect.poll(() => s3.commandCalls(UploadPartCommand).length).toBeGreaterThanOrEqual(2);
    release();
    await expect(attempt).rejects.toThrow('AccessDenied');
    expect(order).toEqual(['part 1', 'aborted']);
  });
});
