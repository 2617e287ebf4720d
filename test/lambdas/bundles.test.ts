// What each function loads when it starts: no more than its bare SDK clients and a little, and no client that it does not use.

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleContests } from '../../bench/imports/bundles.ts';
import { loadedFiles, TASKS, type Task } from '../../lambdas/bundle.ts';

/** Kilobytes, some above what they are; `npm run bench:imports` tells them beside those of the bare clients. */
const MOST_KB: Readonly<Record<Task, number>> = {
  'write-item': 213,
  'put-inline': 301,
  'put-object': 308,
  'plan-sweep': 337,
  'total-sweep': 337,
  plan: 400,
  'delete-objects': 345,
  'clean-up-removed': 344,
  'settle-run': 346,
  'find-orphans': 400,
};

/** What stands in a bundle of each client: a part of its endpoints' names, or its protocol. */
const MARKS = { dynamodb: 'DynamoDB_20120810', s3: 's3-outposts', sfn: 'AWSStepFunctions' } as const;

const CLIENTS: Readonly<Record<Task, readonly (keyof typeof MARKS)[]>> = {
  'write-item': ['dynamodb'],
  'put-inline': ['s3'],
  'put-object': ['s3'],
  'plan-sweep': ['s3'],
  'total-sweep': ['s3'],
  plan: ['dynamodb', 's3'],
  'delete-objects': ['dynamodb', 's3'],
  'clean-up-removed': ['dynamodb', 's3'],
  'settle-run': ['dynamodb', 's3'],
  'find-orphans': ['dynamodb', 's3', 'sfn'],
};

test.each(TASKS)('%s loads at most what it is given', async (task) => {
  const sizes = await Promise.all((await loadedFiles(task)).map(async (file) => (await stat(file)).size));
  expect(sizes.reduce((sum, size) => sum + size, 0) / 1000).toBeLessThanOrEqual(MOST_KB[task]);
});

test('none is more than a tenth larger than its clients alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bundles-'));
  try {
    const ratios = (await bundleContests(folder)).map(({ name, bytes }) => [
      name,
      bytes === undefined ? Number.NaN : bytes.own / bytes.bare,
    ]);
    expect(ratios).toHaveLength(TASKS.length);
    expect(ratios.filter(([, ratio]) => !(Number(ratio) <= 1.1))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each(TASKS)('%s loads the clients that it uses, and no other', async (task) => {
  const texts = await Promise.all((await loadedFiles(task)).map((file) => readFile(file, 'utf8')));
  const found = Object.entries(MARKS).filter(([, mark]) => texts.some((text) => text.includes(mark)));
  expect(found.map(([client]) => client)).toEqual(CLIENTS[task]);
});

test('what the SDK can do besides is in none of them', async () => {
  for (const task of TASKS) {
    const texts = await Promise.all((await loadedFiles(task)).map((file) => readFile(file, 'utf8')));
    const others =
      /"(?:GetBucketAcl|SelectObjectContent|CreateTable|Query|StartExecution)(?:Request|Input)?"/;
    expect(texts.flatMap((text) => text.match(others) ?? [])).toEqual([]);
  }
});

test("all of zod's classes come with none of them", async () => {
  for (const task of TASKS) {
    const texts = await Promise.all((await loadedFiles(task)).map((file) => readFile(file, 'utf8')));
    expect(texts.filter((text) => text.includes('"ZodObject"'))).toEqual([]);
  }
});
