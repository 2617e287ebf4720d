// The suite `operations` in docs/performance.md.

import { dollarsPerMillion, type OperationsResult, PARTS } from '../operations/dollars.ts';
import { ATTRIBUTES, OPERATIONS } from '../operations/kinds.ts';
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
      const { transitions, invocations, events, dollarsPerMillion } = saga;
      const dollars = [dollarsPerMillion.all, plain.dollarsPerMillion.all].map((all) => all.toFixed(1));
      return [operation, attributes, transitions, invocations, events, ...dollars];
    }),
  );
  const head = [
    'operation',
    'attributes',
    'transitions',
    'invocations',
    'events',
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
