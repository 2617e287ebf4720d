// The examples in other languages do against a local cloud what they say, and tell each outcome as it is.

import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startStore, type TestStore } from '../e2e/harness.ts';
import { type Ended, ended, environment, python, ROOT } from './python.ts';

const PICTURE = join(ROOT, 'examples', 'files', 'picture.png');
const PICTURE_BYTES = 290_199;

let store: TestStore;

beforeAll(async () => {
  store = await startStore();
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
});

beforeEach(() => {
  store.cloud.faults.clear();
});

function runPython(): Promise<Ended> {
  const env = { ...environment(store.cloud), STORE: JSON.stringify(store.descriptor) };
  return ended(python(), [join(ROOT, 'examples', 'python', 'documents.py'), PICTURE], env);
}

function runShell(): Promise<Ended> {
  return ended(
    'bash',
    [join(ROOT, 'examples', 'aws-cli', 'documents.sh'), PICTURE],
    environment(store.cloud),
  );
}

async function everything(): Promise<string[]> {
  return [...(await store.objects()), ...(await store.objects(`${store.descriptor.stagingPrefix}/`))];
}

describe('examples/python/documents.py', () => {
  it('takes an item through its life, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await runPython();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toEqual([
      'created version 1, clean-up done',
      `read A cat: page 14 bytes, picture ${PICTURE_BYTES} bytes`,
      'updated to version 2: <h1>The cat</h1>',
      'not written: VersionMismatch, the item is at version 2',
      "put version 3: ['_saga', 'id', 'title']",
      'deleted: None',
    ]);
    expect(await everything()).toEqual([]);
  });

  it.each([
    [
      'a write that DynamoDB refuses',
      { when: 'before', error: 'ValidationException', status: 400 },
      'NotWritten: RolledBack.WriteRefused: DynamoDB refuses the item',
    ],
    [
      'a write that stays in doubt',
      { when: 'before', error: 'InternalServerError', times: 'always' },
      'Stuck: FAILED WriteInDoubt: aws stepfunctions redrive-execution --execution-arn arn:aws:states',
    ],
  ] as const)('tells %s', async (_, fault, told) => {
    store.cloud.faults.inject({ service: 'dynamodb', operation: 'TransactWriteItems', ...fault });
    const { code, stderr } = await runPython();
    expect(code).toBe(1);
    expect(stderr).toContain(told);
    expect(stderr).not.toContain('Traceback');
  });
});

describe('examples/python/express.py', () => {
  let express: TestStore;

  beforeAll(async () => {
    express = await startStore({ lane: 'express' });
  });

  afterAll(async () => {
    await express[Symbol.asyncDispose]();
  });

  const runExpress = () => {
    const env = { ...environment(express.cloud), STORE: JSON.stringify(express.descriptor) };
    return ended(python(), [join(ROOT, 'examples', 'python', 'express.py')], env);
  };
  const life = [
    'created version 1',
    'not written: Rejected.AlreadyExists: an item with this key exists',
    'deleted: None',
  ];

  it.each([
    ['takes an item through its life by one call each', undefined],
    ['follows a write in doubt to the Standard lane', 'after'],
  ] as const)('%s', async (_, when) => {
    if (when !== undefined) {
      const fault = {
        service: 'dynamodb',
        operation: 'TransactWriteItems',
        error: 'InternalServerError',
      } as const;
      express.cloud.faults.inject({ ...fault, when });
    }
    const { code, stdout, stderr } = await runExpress();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toEqual(life);
    expect(await express.objects()).toEqual([]);
  });

  it('tells a call without an answer, and the command that settles it, and makes it once', async () => {
    const fault = { service: 'states', operation: 'StartSyncExecution', when: 'after' } as const;
    express.cloud.faults.inject({ ...fault, error: 'InternalFailure', status: 500, times: 'always' });
    const { code, stderr } = await runExpress();
    express.cloud.faults.clear();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Unknown: twinwrite settle create\.x\.[0-9a-f-]{36}\n$/);
  });
});

describe('examples/aws-cli/documents.sh', () => {
  it('takes an item through its life, and leaves nothing of it behind', async () => {
    const before = await everything();
    const { code, stdout, stderr } = await runShell();
    expect(stderr).toMatch(
      /^not written: Rejected\.VersionMismatch: \{"message":"the item is at version 2, expected 1"[^\n]*\n$/,
    );
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toEqual([
      'created version 1',
      `read picture: ${PICTURE_BYTES} bytes`,
      'updated to version 2: <h1>The cat</h1>',
      'exit code 1: the version has moved on',
      'put version 3: page None',
      'deleted: None',
    ]);
    expect(await everything()).toEqual(before);
  });

  it('tells a run that is stuck, and how to go on', async () => {
    store.cloud.faults.inject({
      ...{ service: 'dynamodb', operation: 'TransactWriteItems', when: 'before' },
      ...{ error: 'InternalServerError', times: 'always' },
    });
    const { code, stderr } = await runShell();
    expect(code).toBe(2);
    expect(stderr).toContain('stuck: FAILED WriteInDoubt');
    expect(stderr).toContain('to go on: aws stepfunctions redrive-execution --execution-arn arn:aws:states');
  });
});
