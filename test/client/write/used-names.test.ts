// Starts under a name that an execution has already.

import { Readable } from 'node:stream';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import { IdempotencyConflict } from '../../../client/index.ts';
import {
  arnOf,
  awsError,
  clientOf,
  output,
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

describe('a name that was used before', () => {
  const options = { idempotencyKey: 'k' };
  const earlierInput = (input: object) => {
    sfn.on(StartExecutionCommand).rejects(awsError('ExecutionAlreadyExists', 400));
    sfn.on(DescribeExecutionCommand).callsFake(({ executionArn }: { executionArn: string }) => ({
      executionArn,
      status: 'SUCCEEDED',
      input: JSON.stringify(input),
      output: JSON.stringify(output),
    }));
  };

  it.each<[string, object]>([
    ['the same input', { key, largeAttributes: { page: { text: 'x' } }, cleanUp: { whenFailed: true } }],
    [
      'its fields in another order',
      { cleanUp: { whenFailed: true }, largeAttributes: { page: { text: 'x' } }, key },
    ],
    [
      'its content in base64',
      { key, largeAttributes: { page: { base64: 'eA==' } }, cleanUp: { whenFailed: true } },
    ],
    [
      'its content staged',
      {
        key,
        largeAttributes: { page: { staged: { key: 'staging/x', sha256: sha256('x'), size: 1 } } },
        cleanUp: { whenFailed: true },
      },
    ],
  ])('with %s gives the outcome of that run', async (_, input) => {
    earlierInput(input);
    const result = await client.create(
      { key, largeAttributes: { page: 'x' }, cleanUp: { whenFailed: true } },
      options,
    );
    expect(result).toMatchObject({ executionArn: arnOf('Create', 'k'), version: 1 });
  });

  it.each<[string, object]>([
    ['another item', { key: { id: '43' }, largeAttributes: { page: { text: 'x' } } }],
    ['other content', { key, largeAttributes: { page: { text: 'y' } } }],
    ['another option', { key, largeAttributes: { page: { text: 'x', contentType: 'a/b' } } }],
    ['one attribute more', { key, largeAttributes: { page: { text: 'x' }, b: { text: '' } } }],
  ])('with %s is a conflict that names the execution', async (_, input) => {
    earlierInput(input);
    const attempt = client.create({ key, largeAttributes: { page: 'x' } }, options);
    await expect(attempt).rejects.toBeInstanceOf(IdempotencyConflict);
    await expect(attempt).rejects.toMatchObject({ executionArn: arnOf('Create', 'k') });
  });

  it('with the same staged content does not upload it again', async () => {
    const page = 'x'.repeat(300_000);
    const staged = { key: 'staging/create/k/page', sha256: sha256(page), size: page.length };
    earlierInput({ key, largeAttributes: { page: { staged } } });
    await client.create({ key, largeAttributes: { page: Readable.from([Buffer.from(page)]) } }, options);
    expect(uploads()).toEqual([]);
    expect(started()).toEqual([]);
  });

  it('with other staged content does not touch what the first run may be using', async () => {
    const staged = { key: 'staging/create/k/page', sha256: sha256('other'), size: 5 };
    earlierInput({ key, largeAttributes: { page: { staged } } });
    const attempt = client.create({ key, largeAttributes: { page: 'x'.repeat(300_000) } }, options);
    await expect(attempt).rejects.toBeInstanceOf(IdempotencyConflict);
    expect(s3.calls()).toEqual([]);
  });

  it('without an idempotency key was this very call, whose answer was lost', async () => {
    sfn.on(StartExecutionCommand).callsFake(({ input }: { input: string }) => {
      earlierInput(JSON.parse(input));
      throw awsError('ExecutionAlreadyExists', 400);
    });
    expect(await client.create({ key })).toMatchObject({ version: 1 });
  });
});
