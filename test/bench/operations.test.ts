// What is counted of operations, in both lanes of a store in one local cloud.

import { expect, inject, test } from 'vitest';
import { withDollars } from '../../bench/operations/dollars.ts';
import { countOperations } from '../../bench/operations/operations.ts';

test('both lanes make the same calls; Express pays no transition, and logs nothing of what goes well', async () => {
  const { operations, handedOver } = await countOperations(inject('expressStore'), [1]);
  const of = (wanted: string, wantedLane: string) =>
    operations.find(({ operation, lane }) => operation === wanted && lane === wantedLane);
  expect(of('create', 'standard')).toMatchObject({ transitions: 5, invocations: 3 });
  expect(of('create', 'express')).toMatchObject({
    calls: {
      ...{ 'states.StartSyncExecution': 1, 'lambda.Invoke': 3, 'dynamodb.GetItem': 1 },
      ...{ 's3.PutObject': 1, 'dynamodb.TransactWriteItems': 1 },
    },
    ...{ transitions: 0, expressTransitions: 5, invocations: 3, loggedBytes: 0 },
  });
  expect(of('put', 'express')?.loggedBytes).toBeGreaterThan(0);
  const [express, standard] = ['express', 'standard'].map((lane) => of('create', lane));
  expect(express?.loggedBytesAtAll).toBeGreaterThan(5000);
  expect(express?.expressSeconds).toBeGreaterThan(0.1);
  expect(handedOver).toMatchObject({
    lane: 'express',
    calls: { 'states.StartSyncExecution': 1, 'states.StartExecution': 1, 'dynamodb.TransactWriteItems': 2 },
    ...{ transitions: 6, expressTransitions: 7 },
  });
  const dollars = [express, standard, handedOver].map((one) => one && withDollars(one).dollarsPerMillion.all);
  expect(dollars).toEqual(dollars.toSorted((a = 0, b = 0) => a - b));
  expect(dollars[0]).toBeLessThan(12);
});
