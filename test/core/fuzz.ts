// Arbitrary inputs of executions, numbers and keys, and what must hold of each: as many as asked for, from one seed.

import fc from 'fast-check';
import { toRequest } from '../../core/contract/parse-request.ts';
import { SagaError } from '../../core/errors/errors.ts';
import { type KeySchema, keyAttributes } from '../../core/keys/item-key.ts';
import { isOwnObject, itemPrefix, objectKey, parseObjectKey } from '../../core/keys/object-key.ts';
import { formatRun, OPERATIONS } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';
import { canonicalNumber, doubleOf, isSureInJson, textOfDouble, wholeOf } from '../../core/values/numbers.ts';
import { run, SHA256, STORE } from './fixtures.ts';

export interface Amount {
  readonly numRuns: number;
  readonly seed: number;
}

/** Names that objects inherit, that JSON or S3 treat in a way of their own, and any other. */
const name = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'id',
    '_saga',
    '',
    'a.b',
    'page',
    '\ud83e',
    '\u202e',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    'Infinity',
    undefined,
  ),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const value: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(tie('value'), { maxLength: 3 }).map((all) => Object.assign([], { 1: all[0] })),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: false }),
    fc.record({ N: fc.oneof(numberText(), fc.string({ maxLength: 5 })) }),
    fc.constantFrom({ S: 'x' }, { SS: [] }, { BS: ['AA=='] }, { M: {} }, { L: [{ NULL: true }] }),
  ),
})).value;
const FIELDS = [
  ...['key', 'attributes', 'set', 'remove', 'add', 'updateExpression', 'condition', 'largeAttributes'],
  ...['expectedVersion', 'mustExist', 'updateAt', 'cleanUp', 'attributeFormat', '', '__proto__', 'other'],
  ...['overwrite', 'createIfMissing'],
];
const largeAttribute = fc.record(
  {
    text: fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), value),
    base64: fc.oneof(fc.base64String({ maxLength: 20 }), value),
    staged: fc.oneof(
      fc.record({ key: fc.string({ maxLength: 1100 }), sha256: fc.constant('a'.repeat(64)), size: fc.nat() }),
      value,
    ),
    contentType: value,
    metadata: fc.dictionary(name, value, { maxKeys: 2 }),
  },
  { requiredKeys: [] },
);
const expression = fc.record({
  expression: fc.oneof(
    fc.constantFrom('SET a = :a', 'REMOVE page', 'a = :a)', 'SET '),
    fc.string({ maxLength: 30 }),
  ),
  names: fc.dictionary(name, fc.string({ maxLength: 5 }), { maxKeys: 2 }),
  values: fc.dictionary(name, value, { maxKeys: 2 }),
});
const input = fc.oneof(
  value,
  fc
    .record({
      key: fc.oneof(fc.constant({ id: 'x' }), fc.dictionary(name, value, { maxKeys: 2 })),
      largeAttributes: fc.dictionary(name, largeAttribute, { maxKeys: 2 }),
      condition: fc.oneof(fc.constant(undefined), expression),
      fields: fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 3 }),
    })
    .map(({ fields, ...rest }) => ({ ...rest, ...fields })),
);

/** Any input is a request, or refused with a field and a message that fits into a cause. */
export function fuzzInputs(amount: Amount): void {
  fc.assert(
    fc.property(fc.constantFrom(...OPERATIONS), input, (operation, given) => {
      const before = snapshot(given);
      try {
        toRequest(operation, given, STORE);
      } catch (error) {
        if (!(error instanceof SagaError)) throw error;
        const { field, message } = error.reason;
        if (error.name !== 'InvalidInput' || field === undefined || field === '') throw error;
        if (message.length > 1_000 || JSON.stringify(error.reason).length > 3_000) throw error;
      }
      if (snapshot(given) !== before) throw new Error('the input was changed');
    }),
    amount,
  );
}

/** What a number is read as can be written back as the same number, and equal numbers have one spelling. */
export function fuzzNumbers(amount: Amount): void {
  fc.assert(
    fc.property(numberText(), (text) => {
      const canonical = canonicalNumber(text);
      if (canonical === undefined) return;
      const double = doubleOf(text);
      const back = double === undefined ? (wholeOf(text)?.toString() ?? text) : textOfDouble(double);
      if (canonicalNumber(back) !== canonical) throw new Error(`${text} was read and written as ${back}`);
      if (canonicalNumber(canonical) !== canonical) throw new Error(`${canonical} is not its own spelling`);
    }),
    amount,
  );
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
      const text = canonicalNumber(textOfDouble(double));
      // What DynamoDB holds comes back as the very double.
      if (text !== undefined && Number(text) !== double) throw new Error(`${double} became ${text}`);
      const inJson = Number(JSON.parse(JSON.stringify(double)));
      if (isSureInJson(double) && inJson !== double) throw new Error(`${double} does not survive JSON`);
    }),
    amount,
  );
}

/** Each item's keys parse back, lie below its prefix, and are no other item's. */
export function fuzzKeys(amount: Amount): void {
  const text = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 30 })
    .filter((each) => !/\p{Surrogate}/u.test(each));
  const pair = fc
    .record({ id: text, rev: text })
    .map(({ id, rev }): Item => ({ id: { S: id }, rev: { S: rev } }));
  const sortKey = { name: 'rev', type: 'S' } as const;
  const key: KeySchema = { partitionKey: { name: 'id', type: 'S' }, sortKey };
  const store = { ...STORE, key };
  fc.assert(
    fc.property(pair, pair, text, (one, other, attribute) => {
      let made: string;
      try {
        made = objectKey(store, one, attribute, SHA256.x, formatRun(run('create')));
      } catch (error) {
        if (error instanceof SagaError && error.message.includes('1024')) return;
        throw error;
      }
      const parts = parseObjectKey(store, made);
      const [id, rev] = keyAttributes(key).map(({ name: each }) => (one[each] as { S: string }).S);
      if (parts?.pk !== id || parts?.sk !== rev || parts?.attribute !== attribute) throw new Error(made);
      if (!made.startsWith(itemPrefix(store, one)) || !isOwnObject(made, one, store)) throw new Error(made);
      const isSame = JSON.stringify(one) === JSON.stringify(other);
      if (isOwnObject(made, other, store) !== isSame) throw new Error(`${made} of ${JSON.stringify(other)}`);
    }),
    amount,
  );
}

/** Texts that are numbers, or nearly. */
function numberText(): fc.Arbitrary<string> {
  const digits = fc.string({ unit: fc.constantFrom('0', '0', '1', '5', '9'), maxLength: 45 });
  const exponent = fc.oneof(
    fc.constant(''),
    fc.integer({ min: -140, max: 140 }).map((power) => `e${power}`),
  );
  return fc
    .tuple(fc.constantFrom('', '-', '+'), digits, fc.constantFrom('', '.'), digits, exponent)
    .map((parts) => parts.join(''));
}

/** Of what JSON has, and the little that it has not. */
function snapshot(given: unknown): string | undefined {
  return JSON.stringify(given, (_, member: unknown) => (typeof member === 'bigint' ? `${member}n` : member));
}
