// How the console's addresses name runs of both lanes: an Express run's name may be another's, too.

import { expect, it } from 'vitest';
import { runAddress, runOfArn } from '../../console/run-address.ts';
import { STORE } from './fake-context.ts';

const EXPRESS = 'arn:aws:states:eu-central-1:123456789012:stateMachine:express-';
const store = {
  ...STORE,
  express: {
    stateMachines: { create: `${EXPRESS}create`, update: `${EXPRESS}update`, delete: `${EXPRESS}delete` },
    logGroup: 'express',
  },
};
const executionArn = 'arn:aws:states:eu-central-1:123456789012:express:express-update:doc-1:6f1c';

it('name an Express run by its name and UUID', () => {
  expect(runOfArn(executionArn, store)).toEqual({ operation: 'update', name: 'doc-1:6f1c' });
  expect(runAddress({ operation: 'update', name: 'doc-1', lane: 'express', executionArn })).toBe(
    '/runs/update/doc-1%3A6f1c',
  );
});

it('name a Standard run by its name', () => {
  const arn = 'arn:aws:states:eu-central-1:123456789012:execution:update:doc-1';
  expect(runOfArn(arn, store)).toEqual({ operation: 'update', name: 'doc-1' });
  expect(runAddress({ operation: 'update', name: 'doc-1', lane: 'standard', executionArn: arn })).toBe(
    '/runs/update/doc-1',
  );
});

it('name no run of others', () => {
  expect(runOfArn(executionArn.replace('express-update', 'another'), store)).toBeUndefined();
  expect(runOfArn(executionArn, STORE)).toBeUndefined();
});
