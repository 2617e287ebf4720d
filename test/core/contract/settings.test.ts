// What tasks check by hand of their environment says the same as the schema that everyone else goes by.

import { describe, expect, test } from 'vitest';
import { storeOf, sweepSettingsOf } from '../../../core/contract/settings.ts';
import { storeSchema } from '../../../core/contract/store.ts';
import { STORE } from '../fixtures.ts';

const FULL = {
  ...STORE,
  key: { partitionKey: { name: 'id', type: 'S' }, sortKey: { name: 'at', type: 'N' } },
  objectKeyTemplate: '{prefix}/p={pk}/s={sk}/x={attr}/{sha256}/{run}',
  formerObjectKeyTemplates: ['{prefix}/a={attr}/p={pk}/s={sk}/{sha256}/{run}'],
  legacy: { bucket: 'old', prefix: 'docs' },
  inlineContent: false,
};

/** Values that some field takes, and many that none does. */
const VALUES = [
  undefined,
  null,
  '',
  'x',
  'B',
  0,
  true,
  [],
  ['x'],
  [1],
  {},
  { prefix: '' },
  { name: 'id', type: 'S' },
];

/** The store with each of its fields, at any depth, left out, and replaced by each of the values; and with one more. */
function* variants(value: object): Generator<object> {
  for (const [field, inner] of Object.entries(value)) {
    for (const other of VALUES) yield { ...value, [field]: other };
    if (typeof inner !== 'object' || Array.isArray(inner)) continue;
    for (const changed of variants(inner)) yield { ...value, [field]: changed };
  }
  yield { ...value, more: 'x' };
}

describe('the store of a task', () => {
  test.each([
    ['without what may be left out', STORE],
    ['with all fields', FULL],
  ])('%s is taken or refused as the schema does, whatever field is changed', (_, store) => {
    const texts = [store, ...variants(store)].map((each) => JSON.stringify(each));
    const answers = texts.map((text) => [text, isTaken(text)]);
    expect(answers).toEqual(texts.map((text) => [text, storeSchema.safeParse(JSON.parse(text)).success]));
    expect(new Set(answers.map(([, taken]) => taken))).toEqual(new Set([true, false]));
    expect(storeOf(JSON.stringify(store))).toEqual(store);
  });

  test.each([
    [undefined, 'STORE: expected an object'],
    ['[]', 'STORE: expected an object'],
    [JSON.stringify({ ...STORE, table: '' }), 'STORE.table: expected a name'],
    [
      JSON.stringify({ ...STORE, key: { partitionKey: { name: 'id', type: 'X' } } }),
      'STORE.key.partitionKey.type: expected S, N or B',
    ],
    [JSON.stringify({ ...STORE, region: 'x' }), 'STORE.region: unknown field'],
    [
      JSON.stringify({ ...STORE, objectKeyTemplate: '{prefix}/x' }),
      'STORE.objectKeyTemplate: objectKeyTemplate "{prefix}/x": {pk} is missing',
    ],
  ])('%j is refused by field', (text, message) => {
    expect(() => storeOf(text)).toThrow(message);
  });
});

test('the settings of a sweep are refused by field', () => {
  const settings = {
    ...{ reportPrefix: 'sweeps', metricName: 'Store' },
    stateMachines: { create: 'a', update: 'b', delete: 'c' },
  };
  expect(sweepSettingsOf(JSON.stringify(settings))).toEqual(settings);
  const wrong = { ...settings, stateMachines: { create: 'a', update: 'b' } };
  expect(() => sweepSettingsOf(JSON.stringify(wrong))).toThrow('SWEEP.stateMachines.delete: expected a name');
  expect(() => sweepSettingsOf(undefined)).toThrow('SWEEP: expected an object');
});

function isTaken(text: string): boolean {
  try {
    storeOf(text);
    return true;
  } catch {
    return false;
  }
}
