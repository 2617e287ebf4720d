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
import type { Counted, LaneName, OperationName } from '../operations/kinds.ts';
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

/** An update of one large attribute in the Standard lane, by its parts. @throws {Error} if none was counted */
export function sagaTable({ operations }: OperationsResult): string {
  const counted = countedOf(operations, 'update', 'standard');
  const dollars = dollarsPerMillion(counted);
  const rows = Object.entries(arithmeticOf(counted)).map(([part, arithmetic]) => [
    part,
    arithmetic,
    dollars[part as Part].toFixed(2),
  ]);
  const all = ['**all**', '', `**${dollars.all.toFixed(1)}**`];
  return table(['part', 'arithmetic', '$ per million'], [...rows, all], { toTheLeft: true });
}

/** A create of one large attribute in the Express lane, by its parts, beside the others. @throws {Error} if none was counted */
export function expressTable({ operations, handedOver }: OperationsResult): string {
  const express = countedOf(operations, 'create', 'express');
  const beside = [
    dollarsPerMillion(express),
    dollarsPerMillion(countedOf(operations, 'create', 'standard')),
    dollarsPerMillion(countedOf(operations, 'create', 'plain')),
  ];
  const rows = Object.entries(arithmeticOf(express)).map(([part, arithmetic]) => [
    part,
    arithmetic,
    ...beside.map((dollars) => dollars[part as Part].toFixed(2)),
  ]);
  const all = ['**all**', '', ...beside.map((dollars) => `**${dollars.all.toFixed(1)}**`)];
  const { seconds } = FUNCTION;
  const slow = { ...express, expressSeconds: (express.invocations + 1) * seconds };
  const others = [
    ['logs at the level `ALL`', dollarsPerMillion(express, { allLogged: true })],
    [`a run of ${slow.expressSeconds.toFixed(1)} s`, dollarsPerMillion(slow)],
    ['a run that is handed over', dollarsPerMillion(handedOver)],
  ] as const;
  return [
    table(['part', 'arithmetic, Express', 'Express', 'Standard', 'plain'], [...rows, all], {
      toTheLeft: true,
    }),
    table(
      ['a create in the Express lane, with', '$ per million'],
      others.map(([what, dollars]) => [what, dollars.all.toFixed(1)]),
    ),
  ].join('\n\n');
}

function countedOf(
  operations: OperationsResult['operations'],
  wanted: OperationName,
  wantedLane: LaneName,
): Counted {
  const counted = operations.find(
    ({ operation, attributes, lane }) => operation === wanted && attributes === 1 && lane === wantedLane,
  );
  if (counted === undefined) throw new Error(`no ${wanted} of one attribute was counted, ${wantedLane}`);
  return counted;
}

function arithmeticOf(counted: Counted): Readonly<Record<Part, string>> {
  const { calls, invocations, events, loggedBytes, lane } = counted;
  const { writeUnit, readUnit, s3Write, s3Read } = unitsOf(calls);
  const { seconds, gigabytes } = FUNCTION;
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`;
  const gets = s3Read === 0 ? '' : ` + ${s3Read} GET or HEAD × ${rateOf('s3Read')}`;
  const tasks = `${invocations} × ${kilobytes(TASK_LOG_BYTES)} of tasks and Lambda`;
  const run =
    lane === 'express'
      ? `${kilobytes(loggedBytes)} at the level \`ERROR\``
      : `${events} events of ${kilobytes(loggedBytes)} in all`;
  return {
    'Step Functions': lane === 'express' ? expressArithmetic(counted) : transitionArithmetic(counted),
    Lambda: `${invocations} × ${rateOf('lambdaRequest')} + ${invocations} × ${seconds} s × ${gigabytes} GB × ${rateOf('lambdaGbSecond')}`,
    DynamoDB: `${writeUnit} write units (a transaction, up to 1 KB) × ${rateOf('writeUnit')} + ${readUnit} read unit${readUnit === 1 ? '' : 's'} × ${rateOf('readUnit')}`,
    S3: `${s3Write} PUT × ${rateOf('s3Write')}${gets}; DELETE is free`,
    logs: `(${run} + ${tasks}) × ${rateOf('logGigabyte')}`,
    'X-Ray': `${SAMPLED} traces × ${rateOf('trace')}`,
  };
}

function transitionArithmetic({ transitions }: Counted): string {
  return `${transitions} transitions, the start among them × ${rateOf('transition')}`;
}

function expressArithmetic({ expressSeconds }: Counted): string {
  const { dollars } = PRICES.expressGbSecond;
  return `1 request × ${rateOf('expressRequest')} + ${expressSeconds.toFixed(2)} s × 64 MB × $${dollars.toFixed(8)}`;
}
