// What each operation takes, and costs: counted from the local cloud's own record, by the prices of bench/prices.ts.
//
//   npm run bench:operations [-- --json]

import { parseArgs } from 'node:util';
import { synthesize } from '../cli/commands/local/synth.ts';
import { dollarsPerMillion, type OperationsResult } from './operations/dollars.ts';
import { countOperations } from './operations/operations.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const say = values.json ? console.error : console.log;
const assembly = await synthesize();
try {
  const operations = (await countOperations(assembly.folder)).map((counted) => ({
    ...counted,
    dollarsPerMillion: dollarsPerMillion(counted),
  }));
  for (const counted of operations) print(counted);
  if (values.json) console.log(JSON.stringify({ operations } satisfies OperationsResult));
} finally {
  await assembly.remove();
}

function print({
  operation,
  attributes,
  lane,
  dollarsPerMillion: { all },
  ...counted
}: OperationsResult['operations'][number]): void {
  const { transitions, invocations, events, calls } = counted;
  const called = Object.values(calls).reduce((sum, times) => sum + times, 0);
  say(
    [
      `${operation}, ${attributes}, ${lane}:`.padEnd(32),
      `${transitions} transitions, ${invocations} invocations, ${events} events, ${called} calls,`,
      `$${all.toFixed(1)} a million`,
    ].join(' '),
  );
}
