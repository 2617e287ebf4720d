import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { EXECUTION_ARN } from './server.ts';
import { invoke, named, type Scenario, scenario } from './support.ts';

/** A Map over groups, each a Parallel of a good branch and a Map over the group's items. */
const nested = {
  Groups: {
    Type: 'Map',
    Items: '{% $states.input %}',
    ItemProcessor: {
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'count', States: { count: invoke('count') } },
            {
              StartAt: 'Items',
              States: {
                Items: {
                  Type: 'Map',
                  ItemProcessor: {
                    StartAt: 'Prepare',
                    States: {
                      Prepare: { Type: 'Pass', Assign: { doubled: '{% $states.input * 2 %}' }, Next: 'work' },
                      work: invoke('work', { Output: '{% $doubled + $states.result.Payload %}', End: true }),
                    },
                  },
                  End: true,
                },
              },
            },
          ],
          Catch: [{ ErrorEquals: ['Other'], Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Pass', End: true },
      },
    },
    End: true,
  },
};

const input = [
  [1, 2],
  [3, 4],
];
const output = [
  [2, [102, 104]],
  [2, [106, 108]],
];

/** Where the item 3 fails, or never answers, the first time. */
async function nestedScenario(first: () => unknown): Promise<Scenario & { readonly calls: unknown[] }> {
  const calls: unknown[] = [];
  const count = (items: number[]) => {
    calls.push('count');
    return items.length;
  };
  const work = (item: number) => {
    calls.push(item);
    return item === 3 && calls.filter((call) => call === 3).length === 1 ? first() : 100;
  };
  return { ...(await scenario(nested, { count, work })), calls };
}

describe('RedriveExecution of nested states', () => {
  it('goes on where each level stands after a failure', async () => {
    await using run = await nestedScenario(async () => {
      while (run.calls.length < 6) await new Promise((resolve) => setImmediate(resolve));
      throw named('Broken');
    });
    expect(await run.run(input)).toMatchObject({ status: 'FAILED', error: 'Broken' });
    const { length } = run.calls;
    const execution = await run.redrive();
    expect(JSON.parse(execution.output ?? '')).toEqual(output);
    expect(run.calls.slice(length)).toContain(3);
    expect(run.calls.filter((call) => call === 'count')).toHaveLength(2);
  });

  it('goes on where each level stands after a stop', async () => {
    await using run = await nestedScenario(() => new Promise(() => undefined));
    await run.start(input);
    // Item 3 waits, and everything beside it has ended.
    await run.reached('TaskStarted', 6);
    await run.reached('TaskStateExited', 5);
    await run.reached('MapIterationSucceeded', 4);
    await run.sfn.send(new StopExecutionCommand({ executionArn: EXECUTION_ARN }));
    const aborted = (await run.types()).filter((type) => type.endsWith('Aborted'));
    expect(aborted).toEqual([
      'MapStateAborted',
      'MapIterationAborted',
      'ParallelStateAborted',
      'MapStateAborted',
      'MapIterationAborted',
      'TaskStateAborted',
      'ExecutionAborted',
    ]);
    const execution = await run.redrive();
    expect(JSON.parse(execution.output ?? '')).toEqual(output);
    expect(run.calls.filter((call) => call === 3)).toHaveLength(2);
    expect(run.calls).toHaveLength(7);
  });

  it('writes a history whose events each follow an earlier one', async () => {
    await using run = await nestedScenario(() => {
      throw named('Broken');
    });
    await run.run(input);
    await run.redrive();
    for (const [index, { id, previousEventId }] of (await run.events()).entries()) {
      expect(id).toBe(index + 1);
      expect(Number(previousEventId)).toBeLessThan(index + 1);
    }
  });
});
