// Conditions on keys as options give them: typed as the table has them, or as --type says.

import { expect, it } from 'vitest';
import { conditionsIn } from '../../../cli/input/search.ts';
import { NumberValue } from '../../../client/index.ts';

const schema = {
  partitionKey: { name: 'hash', type: 'B' },
  sortKey: { name: 'at', type: 'N' },
} as const;
const partition = { hash: 'AP8=' };

it('takes base64 for bytes, and numbers digit for digit', () => {
  expect(conditionsIn({ partition, gt: { at: '1234567890123456789012.5' } }, schema)).toEqual({
    partition: { hash: new Uint8Array([0, 255]) },
    sort: { at: { gt: NumberValue.from('1234567890123456789012.5') } },
  });
});

it('is text for the key of an index, unless --type says otherwise', () => {
  const given = { partition: { kind: '7' }, eq: { year: '7' } };
  expect(conditionsIn(given, schema)).toEqual({ partition: { kind: '7' }, sort: { year: { eq: '7' } } });
  expect(conditionsIn({ ...given, type: { year: 'N', kind: 'N' } }, schema)).toEqual({
    partition: { kind: 7 },
    sort: { year: { eq: 7 } },
  });
});

it('takes a condition on each attribute of an index key of several', () => {
  const given = { partition: { kind: 'x' }, eq: { country: 'ch' }, beginsWith: { town: 'B' } };
  expect(conditionsIn(given, schema).sort).toEqual({ country: { eq: 'ch' }, town: { beginsWith: 'B' } });
});

it('is not confused by names that objects inherit', () => {
  const eq = JSON.parse('{"constructor": "x"}') as Record<string, string>;
  expect(conditionsIn({ partition: { kind: 'x' }, eq }, schema).sort).toEqual({ constructor: { eq: 'x' } });
});

it.each([
  [{ partition: { hash: 'no base64' } }, '--partition hash: expected base64, got "no base64"'],
  [{ partition, lt: { at: 'ten' } }, '--lt at: expected a number, got "ten"'],
  [{ partition, lt: { at: '1e200' } }, '--lt at: expected a number'],
  [{ partition, gte: { at: '1' }, lt: { at: '2' } }, '--lt, --gte: one condition on at, or --gte with --lte'],
  [{ partition, beginsWith: { at: '1' }, gte: { at: '1' }, lte: { at: '2' } }, '--lte, --gte, --begins-with'],
  [{ partition, type: { at: 'S' as const } }, "--type at: the table's key has it as N"],
])('refuses %j', (given, message) => {
  expect(() => conditionsIn(given, schema)).toThrow(message);
});
