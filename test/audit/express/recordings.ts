// Recorded logs of Express runs that ended in every way, whole and with the data of the execution, as the local cloud gave them; times
// and names made even. What a log tells at another level, or without some of its lines, is a part of these.

import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type { StoreDescriptor } from '../../../core/contract/store.ts';
import { OPERATIONS } from '../../../core/keys/run.ts';
import type { FaultInput } from '../../../local/index.ts';
import { type BegunRun, ExpressLibrary } from '../../console/express-scenario.ts';
import type { TestStore } from '../../e2e/harness.ts';
import { withAssembly } from '../../e2e/synthesize.ts';
import { STORE, withoutTraces } from '../recordings.ts';

const arn = (kind: string, name: string) => `arn:aws:states:eu-central-1:111122223333:${kind}:${name}`;

/** The store that recordings are of. */
export const EXPRESS_STORE: StoreDescriptor = {
  ...STORE,
  express: {
    stateMachines: {
      create: arn('stateMachine', 'DocsCreateExpress'),
      update: arn('stateMachine', 'DocsUpdateExpress'),
      delete: arn('stateMachine', 'DocsDeleteExpress'),
    },
    logGroup: '/aws/vendedlogs/states/DocsExpress',
  },
};

/** A line of the log, its event parsed. */
export interface LogLine {
  readonly id: string;
  readonly type: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly previous_event_id: string;
  /** Epoch milliseconds. */
  readonly event_timestamp: string;
  readonly execution_arn: string;
  readonly redrive_count: string;
}

type Scenario = (play: ExpressLibrary, item: string) => Promise<BegunRun>;

const WRITE = { service: 'dynamodb', operation: 'TransactWriteItems' } as const;
const REFUSED: FaultInput = { ...WRITE, when: 'before', error: 'ValidationException', status: 400 };
const IN_DOUBT: FaultInput = { ...WRITE, when: 'after', error: 'InternalServerError' };
const S3_FAILS = { service: 's3', when: 'before', error: 'InternalError', status: 500 } as const;
const DELETES_FAIL: FaultInput = { ...S3_FAILS, operation: 'DeleteObjects', times: 'always' };
const HAND_OVER_FAILS: FaultInput = {
  ...({ service: 'states', operation: 'StartExecution', when: 'before' } as const),
  ...({ error: 'AccessDeniedException', status: 400, times: 'always' } as const),
};

const FIRST = { largeAttributes: { page: { text: 'first' } } };
const SECOND = { largeAttributes: { page: { text: 'second' } } };
const TWO = { largeAttributes: { ...FIRST.largeAttributes, note: { text: 'aside' } } };

export const SCENARIOS = {
  'committed-create': (play, item) => play.run('create', item, FIRST),
  'two-puts': (play, item) => play.run('create', item, TWO),
  async 'committed-update'(play, item) {
    await play.run('create', item, FIRST);
    return play.run('update', item, SECOND);
  },
  async 'committed-delete'(play, item) {
    await play.run('create', item, FIRST);
    return play.run('delete', item, {});
  },
  async 'cleanup-deferred'(play, item) {
    await play.run('create', item, FIRST);
    return play.withFaults([DELETES_FAIL], () => play.run('update', item, SECOND));
  },
  'put-again': (play, item) =>
    play.withFaults([{ ...S3_FAILS, operation: 'PutObject', times: 2 }], () =>
      play.run('create', item, FIRST),
    ),
  rejected: (play, item) => play.run('update', item, SECOND),
  'rolled-back': (play, item) => play.withFaults([REFUSED], () => play.run('create', item, FIRST)),
  'rolled-back-and-kept': (play, item) =>
    play.withFaults([REFUSED], () =>
      play.run('create', item, { ...FIRST, cleanUp: { whenFailed: false, whenSucceeded: true } }),
    ),
  'continued-in-the-write': (play, item) =>
    play.withFaults([IN_DOUBT], () => play.run('create', item, FIRST)),
  'continued-in-the-compensation': (play, item) =>
    play.withFaults([REFUSED, DELETES_FAIL], () => play.run('create', item, FIRST)),
  'not-handed-over': (play, item) =>
    play.withFaults([IN_DOUBT, HAND_OVER_FAILS], () => play.run('create', item, FIRST)),
} as const satisfies Record<string, Scenario>;

export type RecordedRun = keyof typeof SCENARIOS;
export const RECORDED_RUNS = Object.keys(SCENARIOS) as RecordedRun[];

export function logPath(name: RecordedRun): string {
  return join(import.meta.dirname, 'recordings', `${name}.json`);
}

export function recordedLog(name: RecordedRun): readonly LogLine[] {
  return JSON.parse(readFileSync(logPath(name), 'utf8')) as LogLine[];
}

/** The product's stack with an Express lane that logs all there is. */
export function withWholeLogs<T>(use: (assembly: string) => Promise<T>): Promise<T> {
  return withAssembly({ express: { logLevel: 'ALL' } }, async (assembly) => {
    const path = join(assembly, 'Twinwrite.template.json');
    const template = await readFile(path, 'utf8');
    await writeFile(
      path,
      template.replaceAll('"IncludeExecutionData": false', '"IncludeExecutionData": true'),
    );
    return use(assembly);
  });
}

/** The text of a recording without what differs between two runs of the same scenario. */
export async function record(store: TestStore, name: RecordedRun): Promise<string> {
  const run = await SCENARIOS[name](new ExpressLibrary(store), name);
  const { endpoint, region, credentials } = store.cloud;
  const logs = new CloudWatchLogs({ endpoint, region, credentials });
  const lines: LogLine[] = [];
  let nextToken: string | undefined;
  do {
    const logGroupName = store.descriptor.express?.logGroup;
    const page = await logs.filterLogEvents({ logGroupName, filterPattern: `"${run.arn}"`, nextToken });
    lines.push(...(page.events ?? []).map(({ message = '' }) => JSON.parse(message) as LogLine));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  logs.destroy();
  const even = lines
    .toSorted((one, other) => Number(one.id) - Number(other.id))
    .map((line, at) => ({ ...line, event_timestamp: String(START + STEP_MS * at) }));
  return `${JSON.stringify(withoutTraces(JSON.parse(withoutChance(JSON.stringify(even), store.descriptor))), null, 2)}\n`;
}

export const START = Date.UTC(2026, 10, 23, 12);
/** Between events. */
const STEP_MS = 10;

function withoutChance(text: string, store: StoreDescriptor): string {
  const kinds = ['stateMachine', 'execution', 'express'];
  const names = [
    ...OPERATIONS.flatMap((operation) =>
      [
        [store.express?.stateMachines[operation], EXPRESS_STORE.express?.stateMachines[operation]] as const,
        [store.stateMachines[operation], EXPRESS_STORE.stateMachines[operation]] as const,
      ].flatMap(([actual = '', even = '']) =>
        kinds.map((kind) => [actual, even].map((each) => each.replace(':stateMachine:', `:${kind}:`))),
      ),
    ),
    [store.table, EXPRESS_STORE.table],
    [store.bucket, EXPRESS_STORE.bucket],
  ];
  const start = new Date(START).toISOString();
  return (
    names
      .reduce((result, [actual = '', even = '']) => result.replaceAll(actual, even), text)
      .replace(/arn:aws:(lambda|iam):[^"\\]*/g, 'arn:aws:$1:of-a-resource')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, start)
      .replace(/\d{8}T\d{9}Z/g, start.replace(/[-:.]/g, ''))
      .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '00000000-0000-0000-0000-000000000000')
      .replace(/(\bx[.-])?[0-7][0-9A-HJKMNP-TV-Z]{25}(\.[0-9a-f]{12})?/g, withEvenId)
      .replace(/(digest[\\]*":[\\]*")[\w-]{22}/g, `$1${'0'.repeat(22)}`)
      // How patient a write is depends on the time until then, which passes for the run as fast as it can.
      .replace(/(?<=throttles[\\]*":)\d+/g, '0')
  );
}

function withEvenId(_: string, before = '', nonce = ''): string {
  return `${before}01M844DZG0${'0'.repeat(16)}${nonce && '.0123456789ab'}`;
}
