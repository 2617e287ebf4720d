import { describe, expect, it } from 'vitest';
import { distributedMap, type MapScenario, mapScenario } from './distributed.ts';
import { BUCKET } from './object-store.ts';
import { invoke, named } from './support.ts';

const CALL = { Call: invoke('f') };

function writer(Arguments: unknown = { Bucket: BUCKET, Prefix: 'results' }, WriterConfig?: unknown) {
  return {
    Resource: 'arn:aws:states:::s3:putObject',
    Arguments,
    ...(WriterConfig !== undefined && { WriterConfig }),
  };
}

interface Manifest {
  readonly DestinationBucket: string;
  readonly MapRunArn: string;
  readonly ResultFiles: Readonly<
    Record<'SUCCEEDED' | 'FAILED' | 'PENDING', readonly { Key: string; Size: number }[]>
  >;
}

async function manifestOf({ store, mapRun }: MapScenario): Promise<Manifest> {
  const id = (await mapRun()).mapRunArn?.split(':').at(-1);
  return JSON.parse(await store.get(`results/${id}/manifest.json`)) as Manifest;
}

async function contents(
  { store }: MapScenario,
  files: readonly { Key: string }[],
): Promise<Record<string, unknown>[]> {
  const texts = await Promise.all(files.map(({ Key }) => store.get(Key)));
  return texts.flatMap((text) => JSON.parse(text) as Record<string, unknown>[]);
}

describe('a result writer', () => {
  it('writes a manifest and the results with their executions, and hands on where', async () => {
    await using run = await mapScenario(distributedMap({ Label: 'Label', ResultWriter: writer() }));
    const output = JSON.parse((await run.run(['a'])).output ?? '');
    const { mapRunArn = '', executionCounts } = await run.mapRun();
    const folder = `results/${mapRunArn.split(':').at(-1)}`;
    expect(output).toEqual({
      MapRunArn: mapRunArn,
      ResultWriterDetails: { Bucket: BUCKET, Key: `${folder}/manifest.json` },
    });
    const manifest = await manifestOf(run);
    const text = await run.store.get(`${folder}/SUCCEEDED_0.json`);
    expect(manifest).toEqual({
      DestinationBucket: BUCKET,
      MapRunArn: mapRunArn,
      ResultFiles: {
        FAILED: [],
        PENDING: [],
        SUCCEEDED: [{ Key: `${folder}/SUCCEEDED_0.json`, Size: text.length }],
      },
    });
    expect(JSON.parse(text)).toEqual([
      {
        ExecutionArn: expect.stringContaining(':execution:sm/Label:'),
        Input: '"a"',
        InputDetails: { Included: true },
        Name: expect.any(String),
        Output: '"a"',
        OutputDetails: { Included: true },
        RedriveCount: 0,
        RedriveStatus: 'NOT_REDRIVABLE',
        RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
        StartDate: '2026-01-01T00:00:00.000Z',
        StateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:sm/Label',
        Status: 'SUCCEEDED',
        StopDate: '2026-01-01T00:00:00.000Z',
      },
    ]);
    expect(executionCounts?.resultsWritten).toBe(1);
  });

  it('tells failures from what succeeded', async () => {
    const f = (item: number) => (item === 2 ? Promise.reject(named('Bad', 'no')) : item);
    const fields = { ToleratedFailureCount: 1, ResultWriter: writer() };
    await using run = await mapScenario(distributedMap(fields, CALL), { f });
    expect((await run.run([1, 2])).status).toBe('SUCCEEDED');
    const { ResultFiles } = await manifestOf(run);
    expect(await contents(run, ResultFiles.SUCCEEDED)).toMatchObject([{ Input: '1', Output: '1' }]);
    expect(await contents(run, ResultFiles.FAILED)).toMatchObject([
      {
        Input: '2',
        Status: 'FAILED',
        Error: 'Bad',
        Cause: expect.stringContaining('no'),
        RedriveStatus: 'REDRIVABLE_BY_MAP_RUN',
      },
    ]);
  });

  it('reports what a failed Map Run never started, and all of it after a redrive', async () => {
    let failed = false;
    const f = (item: number) => {
      if (item !== 2 || failed) return item;
      failed = true;
      throw named('Bad');
    };
    await using run = await mapScenario(distributedMap({ MaxConcurrency: 1, ResultWriter: writer() }, CALL), {
      f,
    });
    expect((await run.run([1, 2, 3])).status).toBe('FAILED');
    const before = (await manifestOf(run)).ResultFiles;
    expect(await contents(run, before.PENDING)).toEqual([
      { Input: '3', InputDetails: { Included: true }, Status: 'PENDING' },
    ]);
    expect((await run.redrive()).status).toBe('SUCCEEDED');
    const after = (await manifestOf(run)).ResultFiles;
    expect(after).toMatchObject({ FAILED: [], PENDING: [] });
    const inputs = (await contents(run, after.SUCCEEDED)).map(({ Input }) => Input);
    expect(inputs.toSorted()).toEqual(['1', '2', '3']);
  });

  it.for([
    ['COMPACT', 'JSON', '[[1],2]'],
    ['FLATTEN', 'JSON', '[1,2]'],
    ['COMPACT', 'JSONL', '[1]\n2\n'],
  ] as const)('writes %s %s', async ([Transformation, OutputType, content]) => {
    const ResultWriter = writer({ Bucket: BUCKET }, { Transformation, OutputType });
    await using run = await mapScenario(distributedMap({ MaxConcurrency: 1, ResultWriter }));
    await run.run([[1], 2]);
    const id = (await run.mapRun()).mapRunArn?.split(':').at(-1);
    expect(await run.store.get(`${id}/SUCCEEDED_0.${OutputType.toLowerCase()}`)).toBe(content);
  });

  it('splits results that are too many for one file', async () => {
    const states = { Big: { Type: 'Pass', Output: "{% $pad('', 200000, 'x') %}", End: true } };
    const items = Array.from({ length: 30 }, (_, index) => index);
    await using run = await mapScenario(distributedMap({ ResultWriter: writer() }, states));
    expect((await run.run(items)).status).toBe('SUCCEEDED');
    const { SUCCEEDED } = (await manifestOf(run)).ResultFiles;
    expect(SUCCEEDED.map(({ Key }) => Key.split('/').at(-1))).toEqual([
      'SUCCEEDED_0.json',
      'SUCCEEDED_1.json',
    ]);
    expect(await contents(run, SUCCEEDED)).toHaveLength(30);
  });

  it('fails for a bucket that is not there', async () => {
    await using run = await mapScenario(distributedMap({ ResultWriter: writer({ Bucket: 'none' }) }));
    const execution = await run.run([1]);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.ResultWriterFailed' });
    expect(execution.cause).toContain('Error Code: NoSuchBucket');
    expect((await run.mapRun()).status).toBe('FAILED');
  });
});
