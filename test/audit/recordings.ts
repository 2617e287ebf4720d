// The recorded runs: one for each way that a run can end, as the local cloud gave it, with times and names made even.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsed } from '../../audit/runs/summary.ts';
import type { StoreDescriptor } from '../../core/contract/store.ts';
import { OPERATIONS } from '../../core/keys/run.ts';
import type { Recording, ScenarioName } from './scenarios.ts';

/** The store that recordings are of. */
export const STORE: StoreDescriptor = {
  table: 'docs-table',
  bucket: 'docs-bucket',
  prefix: 'items',
  stagingPrefix: 'staging',
  key: { partitionKey: { name: 'id', type: 'S' } },
  region: 'eu-central-1',
  stateMachines: {
    create: 'arn:aws:states:eu-central-1:111122223333:stateMachine:DocsCreate',
    update: 'arn:aws:states:eu-central-1:111122223333:stateMachine:DocsUpdate',
    delete: 'arn:aws:states:eu-central-1:111122223333:stateMachine:DocsDelete',
  },
};

const START = Date.UTC(2026, 10, 23, 12);
/** Between events. */
const STEP_MS = 100;

export function recordingPath(name: ScenarioName): string {
  return join(import.meta.dirname, 'recordings', `${name}.json`);
}

export function recorded(name: ScenarioName): Recording {
  return JSON.parse(readFileSync(recordingPath(name), 'utf8'), (member, value: unknown) =>
    typeof value === 'string' && /^(?:timestamp|\w+Date)$/.test(member) ? new Date(value) : value,
  );
}

/**
 * The text of a recording without what differs between two runs of the same scenario: times go on evenly from event to
 * event, the store is {@link STORE} and the item `doc`.
 */
export function recordingText(recording: Recording, store: StoreDescriptor): string {
  const { description, events } = withoutTraces(
    JSON.parse(withoutChance(JSON.stringify(recording), store)),
  ) as Recording;
  const redriven = events.findLastIndex(({ type }) => type === 'ExecutionRedriven');
  const even = {
    description: {
      ...description,
      startDate: evenTime(0),
      ...(description.stopDate && { stopDate: evenTime(events.length - 1) }),
      ...(description.redriveDate && { redriveDate: evenTime(redriven) }),
    },
    events: events.map((event, at) => ({ ...event, timestamp: evenTime(at) })),
  };
  return `${JSON.stringify(even, null, 2)}\n`;
}

function evenTime(event: number): Date {
  return new Date(START + STEP_MS * event);
}

function withoutChance(text: string, store: StoreDescriptor): string {
  const names = [
    ...OPERATIONS.flatMap((operation) => {
      const [actual, even] = [store.stateMachines[operation], STORE.stateMachines[operation]];
      return [[actual, even] as const, [executionsOf(actual), executionsOf(even)] as const];
    }),
    [store.table, STORE.table] as const,
    [store.bucket, STORE.bucket] as const,
  ];
  const start = evenTime(0).toISOString();
  return names
    .reduce((result, [actual, even]) => result.replaceAll(actual, even), text)
    .replace(/arn:aws:(lambda|iam):[^"\\]*/g, 'arn:aws:$1:of-a-resource')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, start)
    .replace(/\d{8}T\d{9}Z/g, start.replace(/[-:.]/g, ''))
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '00000000-0000-0000-0000-000000000000')
    .replace(/(digest[\\]*":[\\]*")[\w-]{22}/g, `$1${'0'.repeat(22)}`)
    .replace(/\bdoc-\d+/g, 'doc');
}

/** Where in a bundle an error was thrown changes with every build; JSON within texts included. */
export function withoutTraces(value: unknown): unknown {
  if (typeof value === 'string' && value.startsWith('{')) {
    const inner = parsed(value);
    return inner === undefined ? value : JSON.stringify(withoutTraces(inner));
  }
  if (Array.isArray(value)) return value.map(withoutTraces);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => name !== 'trace');
  return Object.fromEntries(entries.map(([name, each]) => [name, withoutTraces(each)]));
}

function executionsOf(stateMachineArn: string): string {
  return stateMachineArn.replace(':stateMachine:', ':execution:');
}
