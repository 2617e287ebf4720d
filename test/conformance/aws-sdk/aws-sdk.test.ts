// What AWS's S3 and DynamoDB answered when it was recorded, the local cloud answers too: all of it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../../local/index.ts';
import { type Caller, createCaller } from './calls.ts';
import { replay } from './replay.ts';
import { readVectors } from './vector.ts';

let cloud: LocalCloud;
let caller: Caller;

beforeAll(async () => {
  cloud = await startLocalCloud({ warmUp: false });
  caller = createCaller(cloud.endpoint);
});
afterAll(async () => {
  caller.destroy();
  await cloud.stop();
});

describe.each(['s3', 'dynamodb'] as const)('recorded answers of %s are given', (service) => {
  for (const vector of readVectors(service)) {
    it.concurrent(vector.name, async ({ expect }) => {
      expect(await replay(vector, caller)).toEqual([]);
    });
  }
});

it('all the vectors are there', () => {
  const calls = (['s3', 'dynamodb'] as const).map((service) =>
    readVectors(service).flatMap((vector) => vector.calls),
  );
  expect(calls.map(({ length }) => length)).toEqual([1326, 128]);
});
