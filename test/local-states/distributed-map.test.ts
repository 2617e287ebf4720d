import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  StopExecutionCommand,
  UpdateMapRunCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { CALL, distributedMap, failingFor, mapScenario, PASS } from './distributed.ts';
import { EXECUTION_ARN, MACHINE_ARN } from './server.ts';
import { deferred, named, scenario } from './support.ts';

const MAP_RUN = /^arn:aws:states:us-east-1:111111111111:mapRun:sm\/Label:[0-9a-f-]{36}$/;

describe('a Distributed Map', () => {
  it('writes the events that AWS was recorded to write', async () => {
    await using run = await mapScenario(distributedMap({ Label: 'Label' }));
    expect((await run.run([1, { a: 2 }])).output).toBe('[1,{"a":2}]');
    const events = await run.events();
    expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'MapStateEntered'],
      [3, 2, 'MapStateStarted'],
      [4, 3, 'MapRunStarted'],
      [5, 4, 'MapRunSucceeded'],
      [6, 5, 'MapStateSucceeded'],
      [7, 4, 'MapStateExited'],
      [8, 7, 'ExecutionSucceeded'],
    ]);
    expect(events[2]).toMatchObject({ length: 2 });
    expect(events[3]).toMatchObject({ mapRunArn: expect.stringMatching(MAP_RUN) });
  });

  it('runs each item as an execution of its own, which the API shows', async () => {
    await using run = await mapScenario(distributedMap({ Label: 'Label', MaxConcurrency: 1 }));
    await run.run(['a', 'b']);
    const { mapRunArn = '' } = await run.mapRun();
    const children = await run.children(mapRunArn);
    expect(children).toHaveLength(2);
    expect(children[0]).toMatchObject({
      executionArn: expect.stringMatching(
        /^arn:aws:states:us-east-1:111111111111:execution:sm\/Label:[0-9a-f-]{36}$/,
      ),
      stateMachineArn: `${MACHINE_ARN}/Label`,
      mapRunArn,
      itemCount: 1,
      status: 'SUCCEEDED',
    });
    const [{ executionArn } = {}] = children;
    const child = await run.sfn.send(new DescribeExecutionCommand({ executionArn }));
    expect(child).toMatchObject({ input: '"b"', output: '"b"', mapRunArn, redriveStatus: 'NOT_REDRIVABLE' });
    const { events = [] } = await run.sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ]);
    const machine = await run.sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
    expect(machine).toMatchObject({ label: 'Label', mapRunArn });
    expect(JSON.parse(machine.definition ?? '')).toEqual({
      QueryLanguage: 'JSONata',
      StartAt: 'Item',
      States: PASS,
    });
    const { executions } = await run.sfn.send(new ListExecutionsCommand({ stateMachineArn: MACHINE_ARN }));
    expect(executions?.map(({ name }) => name)).toEqual(['exec']);
  });

  it('describes its Map Run as AWS was recorded to', async () => {
    await using run = await mapScenario(distributedMap({ MaxConcurrency: 1 }));
    await run.run([1, 2]);
    const counts = {
      aborted: 0,
      failed: 0,
      pending: 0,
      resultsWritten: 2,
      running: 0,
      succeeded: 2,
      timedOut: 0,
      total: 2,
    };
    expect(await run.mapRun()).toMatchObject({
      executionArn: EXECUTION_ARN,
      status: 'SUCCEEDED',
      maxConcurrency: 1,
      toleratedFailureCount: 0,
      toleratedFailurePercentage: 0,
      itemCounts: counts,
      executionCounts: counts,
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
    });
    const { mapRuns } = await run.sfn.send(new ListMapRunsCommand({ executionArn: EXECUTION_ARN }));
    expect(mapRuns).toMatchObject([
      { executionArn: EXECUTION_ARN, stateMachineArn: expect.stringContaining(`${MACHINE_ARN}/`) },
    ]);
  });

  it('selects what its children get, with the index and the value', async () => {
    const ItemSelector = {
      at: '{% $states.context.Map.Item.Index %}',
      of: '{% $states.context.Map.Item.Value %}',
      all: '{% $count($states.input) %}',
    };
    await using run = await mapScenario(distributedMap({ ItemSelector }));
    expect(JSON.parse((await run.run(['x'])).output ?? '')).toEqual([{ at: 0, of: 'x', all: 1 }]);
  });

  it('gives its children a context and a scope of their own', async () => {
    const states = { Item: { Type: 'Pass', Assign: { v: 1 }, Output: '{% $states.context %}', End: true } };
    await using run = await mapScenario(distributedMap({ Label: 'Label', Assign: { v: 2 } }, states));
    const [context] = JSON.parse((await run.run([7])).output ?? '');
    expect(context.Execution).toMatchObject({
      Id: expect.stringContaining(':execution:sm/Label:'),
      Input: 7,
      RedriveCount: 0,
    });
    expect(context.StateMachine).toEqual({ Id: `${MACHINE_ARN}/Label`, Name: 'sm/Label' });
  });

  it('runs no more children at a time than MaxConcurrency', async () => {
    let running = 0;
    let most = 0;
    const f = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    await using run = await mapScenario(distributedMap({ MaxConcurrency: 3 }, CALL), { f });
    expect((await run.run([1, 2, 3, 4, 5, 6, 7])).status).toBe('SUCCEEDED');
    expect(most).toBe(3);
  });

  it('fails when one item fails, and stops the others', async () => {
    const never = () => new Promise(() => undefined);
    const f = (item: string) => (item === 'bad' ? Promise.reject(named('Bad')) : never());
    await using run = await mapScenario(distributedMap({}, CALL), { f });
    const cause = 'The specified tolerated failure threshold was exceeded';
    expect(await run.run(['slow', 'bad'])).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      cause,
    });
    const { mapRunArn = '', status, executionCounts } = await run.mapRun();
    expect(status).toBe('FAILED');
    expect(executionCounts).toMatchObject({ failed: 1, aborted: 1, total: 2 });
    expect((await run.children(mapRunArn)).map((child) => child.status).toSorted()).toEqual([
      'ABORTED',
      'FAILED',
    ]);
    expect((await run.events()).slice(3)).toMatchObject([
      { type: 'MapRunStarted' },
      { type: 'MapRunFailed', previousEventId: 4, error: 'States.ExceedToleratedFailureThreshold', cause },
      { type: 'MapStateFailed', previousEventId: 5 },
      { type: 'ExecutionFailed', previousEventId: 6 },
    ]);
  });

  it.for([
    [{ ToleratedFailureCount: 1 }, 'SUCCEEDED'],
    [{ ToleratedFailureCount: 0 }, 'FAILED'],
    [{ ToleratedFailurePercentage: 25 }, 'SUCCEEDED'],
    [{ ToleratedFailurePercentage: 24.9 }, 'FAILED'],
    [{ ToleratedFailureCount: 4, ToleratedFailurePercentage: 10 }, 'FAILED'],
    [{ ToleratedFailureCount: '{% 1 %}' }, 'SUCCEEDED'],
  ] as const)('with one failure of four and %j has %s', async ([fields, status]) => {
    await using run = await mapScenario(distributedMap(fields, CALL), { f: failingFor([2], 'always') });
    expect((await run.run([1, 2, 3, 4])).status).toBe(status);
  });

  it('tells a tolerated failure with its execution among the results', async () => {
    await using run = await mapScenario(distributedMap({ ToleratedFailureCount: 1 }, CALL), {
      f: failingFor(['b']),
    });
    const results = JSON.parse((await run.run(['a', 'b', 'c'])).output ?? '');
    expect(results).toEqual(['a', expect.any(Object), 'c']);
    expect(results[1]).toMatchObject({
      Error: 'Bad',
      Input: '"b"',
      InputDetails: { Included: true },
      Status: 'FAILED',
    });
  });

  it('counts every item of a failed batch', async () => {
    const fields = { ItemBatcher: { MaxItemsPerBatch: 2 }, ToleratedFailureCount: 1 };
    await using run = await mapScenario(distributedMap(fields, { No: { Type: 'Fail' } }));
    expect((await run.run([1, 2])).error).toBe('States.ExceedToleratedFailureThreshold');
    expect(await run.mapRun()).toMatchObject({
      itemCounts: { failed: 2, total: 2 },
      executionCounts: { failed: 1, total: 1 },
    });
  });

  it.for([
    ['COMPACT', [[1], 2]],
    ['FLATTEN', [1, 2]],
  ] as const)('%s gives results without their executions', async ([Transformation, results]) => {
    const ResultWriter = { WriterConfig: { Transformation, OutputType: 'JSON' } };
    await using run = await mapScenario(distributedMap({ ResultWriter }));
    expect(JSON.parse((await run.run([[1], 2])).output ?? '')).toEqual(results);
  });

  it('fails when its results pass the limit', async () => {
    const states = { Big: { Type: 'Pass', Output: "{% $pad('', 50000, 'x') %}", End: true } };
    await using run = await mapScenario(distributedMap({}, states));
    expect((await run.run([1, 2, 3, 4, 5, 6])).error).toBe('States.DataLimitExceeded');
    expect((await run.mapRun()).status).toBe('FAILED');
  });

  it('with Express children leaves no executions behind', async () => {
    await using run = await mapScenario(
      distributedMap(
        { Label: 'Label' },
        { Item: { Type: 'Pass', Output: '{% $states.context.Execution.Id %}', End: true } },
        'EXPRESS',
      ),
    );
    const [id] = JSON.parse((await run.run([1])).output ?? '');
    expect(id).toMatch(
      /^arn:aws:states:us-east-1:111111111111:express:sm\/Label:[0-9a-f-]{36}:[0-9a-f-]{36}$/,
    );
    const { mapRunArn, executionCounts } = await run.mapRun();
    expect(executionCounts).toMatchObject({ succeeded: 1, total: 1 });
    await expect(run.sfn.send(new ListExecutionsCommand({ mapRunArn }))).rejects.toMatchObject({
      name: 'StateMachineTypeNotSupported',
    });
  });

  it('is stopped with its execution, children and all', async () => {
    const running = deferred();
    const f = () => {
      running.resolve();
      return new Promise(() => undefined);
    };
    await using run = await mapScenario(distributedMap({ MaxConcurrency: 1 }, CALL), { f });
    await run.start([1, 2]);
    await running.promise;
    expect((await run.mapRun()).executionCounts).toMatchObject({ running: 1, pending: 1, total: 2 });
    await run.sfn.send(new StopExecutionCommand({ executionArn: EXECUTION_ARN }));
    expect(await run.mapRun()).toMatchObject({
      status: 'ABORTED',
      executionCounts: { aborted: 1, pending: 1 },
    });
    expect((await run.types()).slice(4)).toEqual(['MapRunAborted', 'MapStateAborted', 'ExecutionAborted']);
  });

  it('takes other settings while it runs, and none after', async () => {
    const gates = [deferred<number>(), deferred<number>(), deferred<number>()];
    const started: number[] = [];
    const f = (item: number) => {
      started.push(item);
      return gates[item]?.promise;
    };
    await using run = await mapScenario(distributedMap({ MaxConcurrency: 1 }, CALL), { f });
    await run.start([0, 1, 2]);
    await run.reached('MapRunStarted');
    const { mapRunArn } = await run.mapRun();
    await run.sfn.send(new UpdateMapRunCommand({ mapRunArn, maxConcurrency: 2, toleratedFailureCount: 5 }));
    gates[0]?.resolve(0);
    while (started.length < 3) await new Promise((resolve) => setImmediate(resolve));
    expect(await run.mapRun()).toMatchObject({
      maxConcurrency: 2,
      toleratedFailureCount: 5,
      executionCounts: { running: 2 },
    });
    for (const gate of gates) gate.resolve(1);
    await run.ended();
    const late = run.sfn.send(new UpdateMapRunCommand({ mapRunArn, maxConcurrency: 3 }));
    await expect(late).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('names a Map Run that there is none of', async () => {
    await using run = await mapScenario(distributedMap({}));
    const mapRunArn = 'arn:aws:states:us-east-1:111111111111:mapRun:sm/Label:none';
    await expect(run.sfn.send(new DescribeMapRunCommand({ mapRunArn }))).rejects.toMatchObject({
      name: 'ResourceNotFound',
    });
  });
});

describe('a definition of a Distributed Map', () => {
  const outer = (processor: Record<string, unknown>) => ({
    Before: { Type: 'Pass', Assign: { v: 1 }, Next: 'Map' },
    Map: distributedMap({}, { Item: { Type: 'Pass', End: true, ...processor } }),
  });

  it('is refused where a child reads a variable of the outer scope', async () => {
    await expect(scenario(outer({ Output: '{% $v + 1 %}' }))).rejects.toThrow(
      "Variable 'v' of an outer scope cannot be read in a Distributed Map at /States/Map/ItemProcessor",
    );
  });

  it.for([
    ['assigns one of the same name', { Assign: { v: 2 }, Output: '{% $v %}' }],
    ['binds one of the same name', { Output: '{% ($v := 2; $v) %}' }],
    ['names a parameter so', { Output: '{% $map([1], function($v) { $v }) %}' }],
  ] as const)('is taken where a child %s', async ([, processor]) => {
    await using run = await scenario(outer(processor));
    expect(run.sfn).toBeDefined();
  });
});
