// A schedule as a Mermaid sequence diagram: who calls whom, in which order.

import type { Schedule } from './schedule.ts';

/** @returns the source, without fences */
export function sequenceDiagram({ steps }: Schedule): string {
  const lines = steps.map(messageOf);
  const actors = [...new Set(lines.flatMap(({ from, to }) => [from, to]))];
  const order = [
    ...actors.filter((name) => !SERVICES.has(name)),
    ...[...SERVICES].filter((name) => actors.includes(name)),
  ];
  return [
    'sequenceDiagram',
    ...order.map((name) => `  participant ${idOf(name)} as ${name}`),
    ...lines.map(({ from, to, text, isNote }) =>
      isNote ? `  Note over ${idOf(from)}: ${text}` : `  ${idOf(from)}->>${idOf(to)}: ${text}`,
    ),
  ].join('\n');
}

interface Message {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly isNote: boolean;
}

const SERVICES: ReadonlySet<string> = new Set(['S3', 'DynamoDB', 'Step Functions']);

const CALLS: readonly (readonly [pattern: RegExp, service: string])[] = [
  [/\b(Transact|GetItem|BatchGetItem|Scan)\b/, 'DynamoDB'],
  [/\b(DescribeExecution|StartExecution)\b/, 'Step Functions'],
  [/\b(Put|Copy|Head|Get|Delete)Objects?\b|Upload|ListParts|ListObjects/, 'S3'],
];

/** `e:update Plan GetItem -> ok` is a message of `e:update` to DynamoDB; a wait or a stop is a note. */
function messageOf(step: string): Message {
  const [, name = '', rest = ''] = /^(\w+:\w+|client \S+|\w+:)\s*(.*)$/.exec(step) ?? [undefined, step, ''];
  const from = name.replace(/:$/, '');
  const service = CALLS.find(([pattern]) => pattern.test(rest))?.[1];
  const writesItem = from === 'program' ? 'DynamoDB' : undefined;
  const to = service ?? writesItem;
  const text = rest.replaceAll(';', ',').replaceAll('#', '');
  return { from, to: to ?? from, text, isNote: to === undefined };
}

function idOf(name: string): string {
  return name.replace(/\W/g, '_');
}
