// What docs/assurance.md assumes of AWS, each settled by a small machine, as far as a machine can see it.

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { type HistoryEvent, RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { probe, type Recorded, type Trial } from './trial.ts';

export interface Settled {
  readonly assumption: string;
  readonly verdict: 'as assumed' | 'otherwise' | 'unknown';
  /** What was seen. */
  readonly seen: string;
  readonly recorded?: Recorded;
}

type Settle = (trial: Trial) => Promise<Omit<Settled, 'assumption'>>;

const as = (holds: boolean, seen: unknown, recorded: Recorded): Omit<Settled, 'assumption'> => ({
  verdict: holds ? 'as assumed' : 'otherwise',
  seen: JSON.stringify(seen),
  recorded,
});

/** A task that always fails, by asking for an execution that there is not. */
const failing = (more: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::aws-sdk:sfn:describeExecution',
  ...more,
});

const scheduled = (events: readonly HistoryEvent[]): Record<string, string>[] =>
  events
    .filter(({ type }) => type === 'TaskScheduled')
    .map(({ taskScheduledEventDetails: details }) => JSON.parse(details?.parameters ?? '{}'));

/** An ARN that carries what the expression makes. */
const NOBODY = (expression: string) =>
  `{% $replace($states.context.StateMachine.Id, ':stateMachine:', ':execution:') & ':' & ${expression} %}`;

export const ASSUMPTIONS: Readonly<Record<string, Settle>> = {
  'State.RetryCount and $now() are renewed for each retry': async (trial) => {
    const Retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 2, MaxAttempts: 2, BackoffRate: 1 }];
    const ExecutionArn = NOBODY(
      "$string($states.context.State.RetryCount) & '-' & $string($toMillis($now()))",
    );
    const run = await probe(trial, 'retries', {
      Ask: failing({ Arguments: { ExecutionArn }, Retry, End: true }),
    });
    const asked = scheduled(run.events).map(
      ({ ExecutionArn: arn = '' }) => arn.split(':').at(-1)?.split('-') ?? [],
    );
    const counts = asked.map(([count]) => count);
    const times = new Set(asked.map(([, time]) => time));
    return as(counts.join() === '0,1,2' && times.size === 3, { counts, times: times.size }, run);
  },
  '$exists of a variable that is not yet assigned is false': async (trial) => {
    const Output = '{% $exists($later) %}';
    const run = await probe(trial, 'exists', {
      Look: { Type: 'Pass', Output, Next: 'Assign' },
      Assign: { Type: 'Pass', Assign: { later: 1 }, Output: '{% $states.input %}', End: true },
    });
    return as(run.execution.output === 'false', run.execution.output ?? run.execution.cause, run);
  },
  'Variables stay across a redrive, and RedriveCount is 0 before': async (trial) => {
    const ExecutionArn = NOBODY(
      "$kept & '-' & $string($states.context.Execution.RedriveCount) & '-' & $string($states.context.State.RetryCount)",
    );
    const run = await probe(
      trial,
      'redrive',
      {
        Keep: { Type: 'Pass', Assign: { kept: 'kept' }, Next: 'Ask' },
        Ask: failing({ Arguments: { ExecutionArn }, End: true }),
      },
      {},
      async (executionArn) => {
        await trial.sfn.send(new RedriveExecutionCommand({ executionArn }));
        await trial.pause(2);
      },
    );
    const asked = scheduled(run.events).map(({ ExecutionArn: arn = '' }) => arn.split(':').at(-1));
    return as(asked.join() === 'kept-0-0,kept-1-0', asked, run);
  },
  'Step Functions decodes no keys of an inventory: the sweep does': async (trial) => {
    const put = (Key: string, Body: string | Uint8Array) =>
      trial.s3.send(new PutObjectCommand({ Bucket: trial.bucket, Key, Body }));
    const file = gzipSync(`"${trial.bucket}","a%2Bb+c"\n`);
    await put('probes/inventory/data/1.csv.gz', file);
    const manifest = {
      sourceBucket: trial.bucket,
      destinationBucket: `arn:aws:s3:::${trial.bucket}`,
      version: '2016-11-30',
      creationTimestamp: '1764000000000',
      fileFormat: 'CSV',
      fileSchema: 'Bucket, Key',
      files: [
        {
          key: 'probes/inventory/data/1.csv.gz',
          size: file.length,
          MD5checksum: createHash('md5').update(file).digest('hex'),
        },
      ],
    };
    await put('probes/inventory/manifest.json', JSON.stringify(manifest));
    const run = await probe(trial, 'inventory', {
      Each: {
        Type: 'Map',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'MANIFEST' },
          Arguments: { Bucket: trial.bucket, Key: 'probes/inventory/manifest.json' },
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Item',
          States: { Item: { Type: 'Pass', End: true } },
        },
        End: true,
      },
    });
    const { output = '', cause } = run.execution;
    if (output === '') return { verdict: 'unknown', seen: cause ?? 'no output', recorded: run };
    return as(output.includes('a%2Bb+c'), output, run);
  },
  'A Distributed Map over no objects, with a ResultWriter, succeeds': async (trial) => {
    const run = await probe(trial, 'empty', {
      Each: {
        Type: 'Map',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:listObjectsV2',
          Arguments: { Bucket: trial.bucket, Prefix: 'probes/nothing/' },
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Item',
          States: { Item: { Type: 'Pass', End: true } },
        },
        ResultWriter: {
          Resource: 'arn:aws:states:::s3:putObject',
          Arguments: { Bucket: trial.bucket, Prefix: 'probes/results' },
        },
        End: true,
      },
    });
    return as(run.execution.status === 'SUCCEEDED', run.execution.output ?? run.execution.cause, run);
  },
  'TimeoutSeconds may be an expression': async (trial) => {
    const run = await probe(trial, 'timeout', {
      Wait: { Type: 'Wait', Seconds: '{% 1 %}', Next: 'Ask' },
      Ask: failing({ Arguments: { ExecutionArn: NOBODY("'none'") }, TimeoutSeconds: '{% 30 %}', End: true }),
    });
    const { error = '' } = run.execution;
    return as(error.startsWith('Sfn.'), error, run);
  },
  'Starting a child of a Distributed Map counts as one transition of its parent': async () => ({
    verdict: 'unknown',
    seen: 'only the bill shows it: look at the state transitions of the sweep on the day after',
  }),
  'How long a request may take effect after it was given up: 12 s, of copies 5 min': async () => ({
    verdict: 'unknown',
    seen: 'cannot be provoked from outside',
  }),
  'Children of a Map Run use a key of yours as {machine}/{label}': async () => ({
    verdict: 'unknown',
    seen: 'the trial deploys no key of its own',
  }),
};

/** @param isOver - asked before each */
export async function settleAll(trial: Trial, isOver: () => boolean = () => false): Promise<Settled[]> {
  const settled: Settled[] = [];
  for (const [assumption, settle] of Object.entries(ASSUMPTIONS)) {
    if (isOver()) break;
    const result = await settle(trial).catch((error: unknown) => ({
      verdict: 'unknown' as const,
      seen: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    }));
    trial.say(`${result.verdict}: ${assumption}`);
    settled.push({ assumption, ...result });
  }
  return settled;
}
