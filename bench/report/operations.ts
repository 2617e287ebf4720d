// The suite `operations` in docs/performance.md.

import { dollarsPerMillion, type OperationsResult, PARTS } from '../operations/dollars.ts';
import { ATTRIBUTES, type Counted, OPERATIONS } from '../operations/kinds.ts';
import { table } from './table.ts';
import type { Section } from './types.ts';

export function operationsSection({ operations }: OperationsResult): Section {
  const of = (operation: string, attributes: number, lane: string) => {
    const found = operations.find(
      (one) => one.operation === operation && one.attributes === attributes && one.lane === lane,
    );
    if (found === undefined) throw new Error(`not measured: ${operation} of ${attributes} by ${lane}`);
    return { ...found, dollarsPerMillion: dollarsPerMillion(found) };
  };
  const rows = OPERATIONS.flatMap((operation) =>
    ATTRIBUTES.map((attributes) => {
      const [saga, plain] = [of(operation, attributes, 'standard'), of(operation, attributes, 'plain')];
      const { transitions, invocations, events } = saga;
      const calls = [saga, plain].map(callsOf);
      const dollars = [saga, plain].map(({ dollarsPerMillion: { all } }) => all.toFixed(1));
      const kilobytes = saga.contentBytes / 1000;
      return [operation, attributes, kilobytes, transitions, invocations, events, ...calls, ...dollars];
    }),
  );
  const head = [
    'operation',
    'attributes',
    'KB',
    'transitions',
    'invocations',
    'events',
    'calls',
    'plain, calls',
    '$ a million',
    'plain, $ a million',
  ];
  const one = OPERATIONS.map((operation) => of(operation, 1, 'standard').dollarsPerMillion);
  return {
    markdown: `${table(head, rows)}\n\n![What a million of an operation costs](performance/dollars.svg)`,
    plots: {
      'dollars.svg': {
        kind: 'bars',
        title: 'A million of an operation on an item of one large attribute',
        unit: '$',
        categories: OPERATIONS,
        series: PARTS.map((part) => ({
          name: part,
          values: one.map((dollars) => Number(dollars[part].toFixed(2))),
        })),
        stacked: true,
      },
    },
  };
}

/** A caller's looks at its run: how many, its time decides. */
const LOOKS: ReadonlySet<string> = new Set(['states.DescribeExecution', 'states.ListExecutions']);

function callsOf({ calls }: Counted): number {
  return Object.entries(calls).reduce((sum, [name, times]) => sum + (LOOKS.has(name) ? 0 : times), 0);
}
