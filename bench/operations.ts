// What each operation takes, and costs: counted from the local cloud's own record, by the prices of bench/prices.ts.
//
//   npm run bench:operations [-- --attributes 0,1] [--json]

import { parseArgs } from 'node:util';
import { withBothLanes } from './operations/assembly.ts';
import { type OperationsResult, type WithDollars, withDollars } from './operations/dollars.ts';
import { ATTRIBUTES } from './operations/kinds.ts';
import { countOperations } from './operations/operations.ts';

const { values } = parseArgs({
  options: {
    attributes: { type: 'string', default: ATTRIBUTES.join() },
    json: { type: 'boolean', default: false },
  },
});
const say = values.json ? console.error : console.log;
const attributes = values.attributes.split(',').map(Number);
if (!attributes.every((number) => Number.isInteger(number) && number >= 0)) {
  throw new RangeError(`--attributes: expected whole numbers with commas, got ${values.attributes}`);
}
const counted = await withBothLanes((assembly) => countOperations(assembly, attributes));
const operations = counted.operations.map(withDollars);
const handedOver = withDollars(counted.handedOver);
for (const each of operations) print(each);
print(handedOver, 'handed over');
if (values.json) console.log(JSON.stringify({ operations, handedOver } satisfies OperationsResult));

function print({ dollarsPerMillion: { all }, ...counted }: WithDollars, how: string = counted.lane): void {
  const { operation, attributes, transitions, expressTransitions, invocations, events, calls } = counted;
  const called = Object.values(calls).reduce((sum, times) => sum + times, 0);
  say(
    [
      `${operation}, ${attributes}, ${how}:`.padEnd(32),
      `${transitions} + ${expressTransitions} transitions, ${invocations} invocations, ${events} events, ${called} calls,`,
      `$${all.toFixed(1)} a million`,
    ].join(' '),
  );
}
