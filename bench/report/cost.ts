// What docs/cost.md takes from the benchmarks: the table of prices, and what a saga costs by its counts.

import {
  dollarsPerMillion,
  FUNCTION,
  type OperationsResult,
  type Part,
  SAMPLED,
  TASK_LOG_BYTES,
  unitsOf,
} from '../operations/dollars.ts';
import type { Counted } from '../operations/kinds.ts';
import { AS_OF, PRICES, type Price, priceText, rateOf } from '../prices.ts';
import { table } from './table.ts';

export function pricesTable(): string {
  const all: readonly Price[] = Object.values(PRICES);
  const rows = [...new Set(all.map(({ service }) => service))].map((service) => {
    const prices = all.filter((price) => price.service === service);
    return [service, prices.map(priceText).join('; '), prices[0]?.source ?? ''];
  });
  return `As the pages named below had them ${AS_OF}:\n\n${table(['', 'price', 'source'], rows, { toTheLeft: true })}`;
}

/** An update of one large attribute. */
export function sagaTable({ operations }: OperationsResult): string {
  const counted = operations.find(
    ({ operation, attributes, lane }) => operation === 'update' && attributes === 1 && lane === 'standard',
  );
  if (counted === undefined) throw new Error('no update of one attribute was counted');
  const dollars = dollarsPerMillion(counted);
  const rows = Object.entries(arithmeticOf(counted)).map(([part, arithmetic]) => [
    part,
    arithmetic,
    dollars[part as Part].toFixed(2),
  ]);
  const all = ['**all**', '', `**${dollars.all.toFixed(1)}**`];
  return table(['part', 'arithmetic', '$ per million'], [...rows, all], { toTheLeft: true });
}

function arithmeticOf({
  calls,
  transitions,
  invocations,
  events,
  loggedBytes,
}: Counted): Readonly<Record<Part, string>> {
  const { writeUnit, readUnit, s3Write, s3Read } = unitsOf(calls);
  const { seconds, gigabytes } = FUNCTION;
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`;
  const gets = s3Read === 0 ? '' : ` + ${s3Read} GET or HEAD × ${rateOf('s3Read')}`;
  return {
    'Step Functions': `${transitions} transitions, the start among them × ${rateOf('transition')}`,
    Lambda: `${invocations} × ${rateOf('lambdaRequest')} + ${invocations} × ${seconds} s × ${gigabytes} GB × ${rateOf('lambdaGbSecond')}`,
    DynamoDB: `${writeUnit} write units (a transaction, up to 1 KB) × ${rateOf('writeUnit')} + ${readUnit} read units × ${rateOf('readUnit')}`,
    S3: `${s3Write} PUT × ${rateOf('s3Write')}${gets}; DELETE is free`,
    logs: `(${events} events of ${kilobytes(loggedBytes)} in all + ${invocations} × ${kilobytes(TASK_LOG_BYTES)} of tasks and Lambda) × ${rateOf('logGigabyte')}`,
    'X-Ray': `${SAMPLED} traces × ${rateOf('trace')}`,
  };
}
