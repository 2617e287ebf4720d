// The suite `operations` in docs/performance.md.

import { type OperationsResult, PARTS, type WithDollars, withDollars } from '../operations/dollars.ts';
import { type Counted, LANES, type LaneName, OPERATIONS } from '../operations/kinds.ts';
import { table } from './table.ts';
import type { Bars, Section } from './types.ts';

const LANE_NAMES: Readonly<Record<LaneName, string>> = {
  standard: 'Standard',
  express: 'Express',
  plain: 'plain',
};

export function operationsSection({ operations, handedOver }: OperationsResult): Section {
  const of = (operation: string, attributes: number, lane: LaneName): WithDollars => {
    const found = operations.find(
      (one) => one.operation === operation && one.attributes === attributes && one.lane === lane,
    );
    if (found === undefined) throw new Error(`not measured: ${operation} of ${attributes} by ${lane}`);
    return withDollars(found);
  };
  const numbers = [...new Set(operations.map(({ attributes }) => attributes))];
  const rows = OPERATIONS.flatMap((operation) =>
    numbers.map((attributes) => {
      const [saga, express, plain] = [
        of(operation, attributes, 'standard'),
        of(operation, attributes, 'express'),
        of(operation, attributes, 'plain'),
      ];
      return [
        ...[operation, attributes, saga.contentBytes / 1000],
        both(saga.transitions, express.expressTransitions),
        both(saga.invocations, express.invocations),
        both(saga.events, express.events),
        ...[both(callsOf(saga), callsOf(express)), callsOf(plain)],
        ...[saga, express, plain].map(({ dollarsPerMillion: { all } }) => all.toFixed(1)),
      ];
    }),
  );
  const head = [
    ...['operation', 'attributes', 'KB', 'transitions', 'invocations', 'events', 'calls', 'plain, calls'],
    ...LANES.map((lane) => `${LANE_NAMES[lane]}, $ a million`),
  ];
  const ofOne = (lane: LaneName) => OPERATIONS.map((operation) => of(operation, 1, lane).dollarsPerMillion);
  return {
    markdown: [
      table(head, rows),
      handedOverText(withDollars(handedOver)),
      '![What a million of an operation costs](performance/dollars.svg)',
      '![What a million of an operation costs in the Express lane, by its parts](performance/dollars-express.svg)',
    ].join('\n\n'),
    plots: {
      'dollars.svg': dollarsOfOne({
        title: 'A million of an operation on an item of one large attribute',
        series: LANES.map((lane) => ({
          name: LANE_NAMES[lane],
          values: ofOne(lane).map(({ all }) => rounded(all)),
        })),
      }),
      'dollars-express.svg': dollarsOfOne({
        title: 'A million of an operation on an item of one large attribute, in the Express lane',
        series: PARTS.map((part) => ({
          name: part,
          values: ofOne('express').map((dollars) => rounded(dollars[part])),
        })),
        stacked: true,
      }),
    },
  };
}

function dollarsOfOne(bars: Pick<Bars, 'title' | 'series' | 'stacked'>): Bars {
  return { kind: 'bars', unit: '$', categories: OPERATIONS, ...bars };
}

/** What stays in doubt in the Express lane is paid in both. */
function handedOverText({
  attributes,
  expressTransitions,
  transitions,
  invocations,
  ...counted
}: WithDollars): string {
  return `A create of ${attributes === 1 ? 'one attribute' : attributes} whose write gets no definite answer, and which a Standard execution goes on with: ${expressTransitions} transitions in the Express lane and ${transitions} in the Standard lane, ${invocations} invocations, ${counted.dollarsPerMillion.all.toFixed(1)} $ a million.`;
}

/** What is the same in both lanes, or each. */
function both(standard: number, express: number): string | number {
  return standard === express ? standard : `${standard}, ${express}`;
}

function rounded(dollars: number): number {
  return Number(dollars.toFixed(2));
}

/** A caller's looks at its run: how many, its time decides. */
const LOOKS: ReadonlySet<string> = new Set(['states.DescribeExecution', 'states.ListExecutions']);

function callsOf({ calls }: Counted): number {
  return Object.entries(calls).reduce((sum, [name, times]) => sum + (LOOKS.has(name) ? 0 : times), 0);
}
