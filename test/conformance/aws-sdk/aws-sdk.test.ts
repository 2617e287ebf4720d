// What AWS's S3 and DynamoDB answered when it was recorded, the local cloud answers too.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../../local/index.ts';
import { type Caller, createCaller } from './calls.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { type CallDifference, replay } from './replay.ts';
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

const placeOf = ({ call, place }: CallDifference): string => `${call} ${place}`;

describe.each(['s3', 'dynamodb'] as const)('recorded answers of %s', (service) => {
  for (const vector of readVectors(service)) {
    it.concurrent(vector.name, async ({ expect }) => {
      const differences = await replay(vector, caller);
      const excepted = EXCEPTIONS.filter((exception) => exception.vector === vector.name);
      const places = new Set(excepted.map(({ place }) => place));
      expect(
        differences.filter((difference) => !places.has(placeOf(difference))),
        'differences without a reason',
      ).toEqual([]);
      const seen = new Set(differences.map(placeOf));
      expect(
        excepted.filter(({ place }) => !seen.has(place)),
        'reasons for what does not differ',
      ).toEqual([]);
    });
  }
});

it('every exception is about a vector', () => {
  const names = new Set([...readVectors('s3'), ...readVectors('dynamodb')].map(({ name }) => name));
  expect(EXCEPTIONS.filter(({ vector }) => !names.has(vector))).toEqual([]);
});
