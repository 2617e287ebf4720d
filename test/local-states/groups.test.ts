import { describe, expect, it } from 'vitest';
import { deferred, invoke, named, scenario } from './support.ts';

const processor = { StartAt: 'Work', States: { Work: invoke('work') } };
const each = (fields: Record<string, unknown> = {}) => ({
  Type: 'Map',
  Items: '{% $states.input %}',
  ItemProcessor: processor,
  End: true,
  ...fields,
});

describe('an inline Map', () => {
  it.each([
    { said: undefined, items: 50, most: 40 },
    { said: 0, items: 50, most: 40 },
    { said: 3, items: 7, most: 3 },
    { said: 100, items: 50, most: 40 },
  ])(
    'runs at most $most of $items iterations at once with MaxConcurrency $said',
    async ({ said, items, most }) => {
      let running = 0;
      let peak = 0;
      const work = async (item: number) => {
        running += 1;
        peak = Math.max(peak, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return item;
      };
      await using run = await scenario({ Each: each({ MaxConcurrency: said }) }, { work });
      const input = Array.from({ length: items }, (_, index) => index);
      expect(JSON.parse((await run.run(input)).output ?? '')).toEqual(input);
      expect(peak).toBe(most);
    },
  );

  it('puts results in the order of the items, whichever ends first', async () => {
    const first = deferred();
    const work = async (item: number) => {
      if (item === 1) await first.promise;
      else first.resolve();
      return item;
    };
    await using run = await scenario({ Each: each() }, { work });
    expect(await run.run([1, 2])).toMatchObject({ output: '[1,2]' });
    const succeeded = (await run.events()).filter(({ type }) => type === 'MapIterationSucceeded');
    expect(succeeded.map(({ index }) => index)).toEqual([1, 0]);
  });

  it('decides for one iteration after the other, as AWS does', async () => {
    await using run = await scenario({ Each: each() }, { work: (item: number) => item });
    await run.run([1, 2]);
    expect((await run.types()).slice(0, 9)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapIterationStarted',
      'MapIterationStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStateEntered',
      'TaskScheduled',
    ]);
  });

  it('stops the other iterations when one fails, while their functions go on', async () => {
    const others: number[] = [];
    const work = async (item: number) => {
      if (item === 2) throw named('Broken');
      await new Promise(() => others.push(item));
    };
    await using run = await scenario({ Each: each({ MaxConcurrency: 3 }) }, { work });
    expect(await run.run([1, 2, 3, 4])).toMatchObject({ status: 'FAILED', error: 'Broken' });
    expect(others).toEqual([1, 3]);
    const events = await run.events();
    const failedTask = events.find(({ type }) => type === 'TaskFailed');
    expect(
      events.slice(-8).map(({ type, index }) => (index === undefined ? type : `${type} ${index}`)),
    ).toEqual([
      'MapIterationFailed 1',
      'TaskStateAborted',
      'MapIterationAborted 0',
      'TaskStateAborted',
      'MapIterationAborted 2',
      'TaskStateAborted',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
    for (const event of events.slice(-8, -1)) expect(event.previousEventId).toBe(failedTask?.id);
  });

  it('starts no iteration in the place of one that ends after the failure', async () => {
    const both = deferred();
    let running = 0;
    const work = async (item: number) => {
      running += 1;
      if (running === 2) both.resolve();
      await both.promise;
      if (item === 1) throw named('Broken');
    };
    await using run = await scenario({ Each: each({ MaxConcurrency: 2 }) }, { work });
    expect(await run.run([1, 2, 3])).toMatchObject({ status: 'FAILED', error: 'Broken' });
    const started = (await run.events()).filter(({ type }) => type === 'MapIterationStarted');
    expect(started.map(({ index }) => index)).toEqual([0, 1]);
  });

  it('shows index and value of the item to the selector and to the states inside', async () => {
    const ItemSelector = { item: '{% $states.context.Map.Item %}', all: '{% $count($states.input) %}' };
    const Show = {
      Type: 'Pass',
      Output: ['{% $states.input %}', '{% $states.context.Map.Item.Index %}'],
      End: true,
    };
    await using run = await scenario({
      Each: each({ ItemSelector, ItemProcessor: { StartAt: 'Show', States: { Show } } }),
    });
    expect(JSON.parse((await run.run(['a', 'b'])).output ?? '')).toEqual([
      [{ item: { Index: 0, Value: 'a' }, all: 2 }, 0],
      [{ item: { Index: 1, Value: 'b' }, all: 2 }, 1],
    ]);
  });

  it('fails an iteration whose selector fails, by the name of the Map and the field', async () => {
    const ItemSelector = { a: '{% $states.input.missing %}' };
    await using run = await scenario({ Each: each({ ItemSelector, MaxConcurrency: 1 }) }, { work: () => 1 });
    const { cause } = await run.run([1]);
    expect(cause).toContain("the state 'Each' (entered at the event id #2)");
    expect(cause).toContain("the field 'ItemSelector/a' returned nothing (undefined).");
    expect((await run.types()).slice(-4)).toEqual([
      'EvaluationFailed',
      'MapIterationFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });

  it('is caught by what the failed iteration threw', async () => {
    const Catch = [{ ErrorEquals: ['Broken'], Output: '{% $states.errorOutput.Error %}', Next: 'Caught' }];
    const work = () => {
      throw named('Broken');
    };
    await using run = await scenario(
      { Each: each({ Catch }), Caught: { Type: 'Pass', End: true } },
      { work },
    );
    expect(await run.run([1])).toMatchObject({ status: 'SUCCEEDED', output: '"Broken"' });
  });
});

describe('variables', () => {
  it('are read from outer scopes and end with the iteration that assigns them', async () => {
    const Keep = {
      Type: 'Pass',
      Assign: { inner: '{% $outer + $states.input %}' },
      Next: 'Show',
    };
    const Show = { Type: 'Pass', Output: '{% $inner %}', End: true };
    await using run = await scenario({
      Start: { Type: 'Pass', Assign: { outer: 10 }, Next: 'Each' },
      Each: each({
        ItemProcessor: { StartAt: 'Keep', States: { Keep, Show } },
        End: undefined,
        Next: 'After',
      }),
      After: { Type: 'Pass', Output: ['{% $states.input %}', '{% $exists($inner) %}'], End: true },
    });
    expect(JSON.parse((await run.run([1, 2])).output ?? '')).toEqual([[11, 12], false]);
  });

  it('of branches may be called like those that the state, its catcher or a later state assigns', async () => {
    const branch = (Next: string, fields: object) => ({
      StartAt: Next,
      States: { [Next]: { Type: 'Pass', Assign: { v: '{% $states.input %}' }, ...fields, End: true } },
    });
    await using run = await scenario({
      Both: {
        Type: 'Parallel',
        Branches: [branch('One', { Output: 1 }), branch('Two', { Output: 2 })],
        Assign: { v: '{% $states.result %}' },
        Catch: [{ ErrorEquals: ['States.ALL'], Assign: { v: 'caught' }, Next: 'Show' }],
        Next: 'Later',
      },
      Later: { Type: 'Pass', Assign: { v: '{% $append($v, 3) %}' }, Next: 'Show' },
      Show: { Type: 'Pass', Output: '{% $v %}', End: true },
    });
    expect((await run.run()).output).toBe('[1,2,3]');
  });

  it('are assigned together, from their values before', async () => {
    await using run = await scenario({
      Start: { Type: 'Pass', Assign: { a: 1, b: 2 }, Next: 'Swap' },
      Swap: { Type: 'Pass', Assign: { a: '{% $b %}', b: '{% $a %}' }, Output: ['{% $a %}'], Next: 'Show' },
      Show: { Type: 'Pass', Output: ['{% $a %}', '{% $b %}', '{% $states.input %}'], End: true },
    });
    expect(JSON.parse((await run.run()).output ?? '')).toEqual([2, 1, [1]]);
  });
});

describe('a Parallel', () => {
  const rest = { StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 60, End: true } } };

  it('stops the other branches when one fails', async () => {
    const work = () => {
      throw named('Broken');
    };
    await using run = await scenario(
      { Both: { Type: 'Parallel', Branches: [rest, processor], End: true } },
      { work },
    );
    expect(await run.run()).toMatchObject({ status: 'FAILED', error: 'Broken' });
    expect((await run.types()).slice(-4)).toEqual([
      'TaskStateAborted',
      'WaitStateAborted',
      'ParallelStateFailed',
      'ExecutionFailed',
    ]);
    expect(run.clock.skipToNext()).toBe(false);
  });

  it('goes on after a failure that came while another branch was about to go on', async () => {
    const both = deferred();
    let running = 0;
    const meet = async () => {
      running += 1;
      if (running === 2) both.resolve();
      await both.promise;
    };
    const failing = { StartAt: 'a', States: { a: invoke('meet', { Output: '{% $missing %}', End: true }) } };
    const going = { StartAt: 'b', States: { b: invoke('meet', { Next: 'c' }), c: invoke('work') } };
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'After' }];
    await using run = await scenario(
      { Both: { Type: 'Parallel', Branches: [failing, going], Catch, End: true }, After: invoke('work') },
      { meet, work: () => 'went on' },
    );
    expect(await run.run()).toMatchObject({ status: 'SUCCEEDED', output: '"went on"' });
    const types = await run.types();
    expect(types.indexOf('TaskScheduled', types.indexOf('EvaluationFailed'))).toBeLessThan(
      types.indexOf('ParallelStateFailed'),
    );
  });

  it('is ended at once by an error that nothing may catch', async () => {
    const Ask = { Type: 'Choice', Choices: [{ Condition: false, Next: 'Never' }] };
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
    const asking = { StartAt: 'Ask', States: { Ask, Never: { Type: 'Pass', End: true } } };
    await using run = await scenario({
      Both: { Type: 'Parallel', Branches: [asking], Catch, End: true },
      Caught: { Type: 'Pass', End: true },
    });
    expect(await run.run()).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause:
        "An error occurred while executing the state 'Ask' (entered at the event id #4). Failed to transition out of the state. The state does not point to a next state.",
    });
    expect((await run.types()).at(-2)).toBe('ChoiceStateEntered');
  });
});
