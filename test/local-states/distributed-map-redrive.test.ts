// Redrives of runs whose Distributed Map has failed.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeExecutionCommand,
  ListMapRunsCommand,
  RedriveExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CALL, distributedMap, failingFor, mapScenario, reader } from './distributed.ts';
import { BUCKET } from './object-store.ts';
import { EXECUTION_ARN } from './server.ts';
import { deferred } from './support.ts';

describe('a redrive of a Distributed Map', () => {
  it('goes on with the children that failed, in the same Map Run', async () => {
    const calls: unknown[] = [];
    const fails = failingFor(['b']);
    const f = (item: unknown) => {
      calls.push(item);
      return fails(item);
    };
    await using run = await mapScenario(distributedMap({ Label: 'Label', MaxConcurrency: 1 }, CALL), { f });
    expect((await run.run(['a', 'b'])).status).toBe('FAILED');
    const before = await run.mapRun();
    const [failed] = (await run.children(before.mapRunArn ?? '')).filter(({ status }) => status === 'FAILED');
    const executionArn = failed?.executionArn;
    expect((await run.sfn.send(new DescribeExecutionCommand({ executionArn }))).redriveStatus).toBe(
      'REDRIVABLE_BY_MAP_RUN',
    );
    await expect(run.sfn.send(new RedriveExecutionCommand({ executionArn }))).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
    });
    expect((await run.redrive()).output).toBe('["a","b"]');
    expect(calls).toEqual(['a', 'b', 'b']);
    expect(await run.mapRun()).toMatchObject({
      mapRunArn: before.mapRunArn,
      status: 'SUCCEEDED',
      redriveCount: 1,
    });
    expect((await run.mapRun()).executionCounts).toMatchObject({
      succeeded: 2,
      failed: 0,
      pendingRedrive: 0,
      total: 2,
    });
    expect((await run.children(before.mapRunArn ?? '')).map(({ redriveCount }) => redriveCount)).toEqual([
      1, 0,
    ]);
    expect((await run.types()).slice(7)).toEqual([
      'ExecutionRedriven',
      'MapRunRedriven',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('starts what was not started before the failure', async () => {
    const fails = failingFor([1]);
    await using run = await mapScenario(distributedMap({ MaxConcurrency: 1 }, CALL), { f: fails });
    await run.run([1, 2, 3]);
    expect((await run.mapRun()).executionCounts).toMatchObject({ failed: 1, pending: 2 });
    expect((await run.redrive()).output).toBe('[1,2,3]');
  });

  it('has nothing left of the failure in its results', async () => {
    const large = 'x'.repeat(150_000);
    const fails = failingFor([large]);
    const f = (item: string) => (fails(item) === large ? 'small' : 'y'.repeat(150_000));
    await using run = await mapScenario(distributedMap({ MaxConcurrency: 1 }, CALL), { f });
    expect((await run.run(['a', large])).error).toBe('States.ExceedToleratedFailureThreshold');
    expect((await run.redrive()).output).toBe(JSON.stringify(['y'.repeat(150_000), 'small']));
  });

  it('starts Express children anew', async () => {
    await using run = await mapScenario(distributedMap({}, CALL, 'EXPRESS'), { f: failingFor([1]) });
    await run.run([1, 2]);
    expect((await run.redrive()).output).toBe('[1,2]');
  });

  it('goes on after a stop', async () => {
    const running = deferred();
    let calls = 0;
    const f = (item: number) => {
      calls += 1;
      if (calls > 1) return item;
      running.resolve();
      return new Promise(() => undefined);
    };
    await using run = await mapScenario(distributedMap({ MaxConcurrency: 1 }, CALL), { f });
    await run.start([1, 2]);
    await running.promise;
    await run.sfn.send(new StopExecutionCommand({ executionArn: EXECUTION_ARN }));
    expect((await run.redrive()).output).toBe('[1,2]');
  });

  it('starts another Map Run where the items could not be read', async () => {
    const ItemReader = reader('getObject', { Bucket: BUCKET, Key: 'late' }, { InputType: 'JSON' });
    await using run = await mapScenario(distributedMap({ ItemReader }));
    await run.run();
    await run.store.put('late', '[1]');
    expect((await run.redrive()).output).toBe('[1]');
    const { mapRuns } = await run.sfn.send(new ListMapRunsCommand({ executionArn: EXECUTION_ARN }));
    expect(mapRuns).toHaveLength(2);
  });

  it('starts another Map Run when the process was another', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'map-run-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const map = distributedMap({ Label: 'Label' }, CALL);
    const running = deferred();
    const hangs = () => {
      running.resolve();
      return new Promise(() => undefined);
    };
    {
      await using run = await mapScenario(map, { f: hangs }, { folder });
      await run.start([1]);
      await running.promise;
    }
    await using run = await mapScenario(map, { f: (item) => item }, { folder });
    expect(await run.ended()).toMatchObject({ status: 'ABORTED', error: 'LocalCloud.Ended' });
    expect((await run.redrive()).output).toBe('[1]');
    expect((await run.types()).slice(4)).toEqual([
      'MapRunAborted',
      'MapStateAborted',
      'ExecutionAborted',
      'ExecutionRedriven',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('fails again with the threshold when the children do', async () => {
    await using run = await mapScenario(distributedMap({}, CALL), { f: failingFor([1, 2], 'always') });
    await run.run([1, 2, 3]);
    expect((await run.redrive()).error).toBe('States.ExceedToleratedFailureThreshold');
    expect((await run.mapRun()).redriveCount).toBe(1);
  });
});
