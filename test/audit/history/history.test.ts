import { describe, expect, it } from 'vitest';
import { runTree, type StateNode } from '../../../audit/history/history.ts';
import { history, ROLLED_BACK } from '../histories.ts';

const summary = (states: readonly StateNode[]) => states.map(({ name, status }) => `${name} ${status}`);
const named = (states: readonly StateNode[], name: string): StateNode => {
  const state = states.find((each) => each.name === name);
  if (state === undefined) throw new Error(`no state ${name} among ${summary(states)}`);
  return state;
};

describe('runTree', () => {
  it('lists the states of a rolled-back create in order, with how each ended', () => {
    const tree = runTree(ROLLED_BACK);

    expect(summary(tree.states)).toEqual([
      'Plan succeeded',
      'PutObjects succeeded',
      'WriteItem caught',
      'DeleteCreatedObjects succeeded',
      'RolledBack failed',
    ]);
    expect(tree).toMatchObject({ status: 'FAILED', durationMs: 2800, redrives: 0 });
    expect(tree.failure).toEqual({
      error: 'RolledBack.WriteRefused',
      message: 'DynamoDB refuses: not allowed',
    });
  });

  it('tells steps, compensations and outcomes apart', () => {
    const kinds = runTree(ROLLED_BACK).states.map(({ kind }) => kind);

    expect(kinds).toEqual(['step', 'step', 'step', 'compensation', 'outcome']);
  });

  it('names clean-ups after success', () => {
    const { states } = runTree(
      history(
        ['ExecutionStarted', 0],
        ['TaskStateEntered', 0, { name: 'DeleteReplacedObjects' }],
        ['TaskScheduled', 2],
        ['TaskFailed', 3, { error: 'DeleteFailed', cause: 'no' }],
        ['TaskStateExited', 4, { name: 'DeleteReplacedObjects' }],
        ['PassStateEntered', 5, { name: 'CleanupDeferred' }],
        ['PassStateExited', 6, { name: 'CleanupDeferred' }],
        ['SucceedStateEntered', 7, { name: 'Updated' }],
        ['SucceedStateExited', 8, { name: 'Updated' }],
        ['ExecutionSucceeded', 9],
      ),
    );

    expect(states.map(({ kind, status }) => [kind, status])).toEqual([
      ['cleanup', 'caught'],
      ['cleanup', 'succeeded'],
      ['outcome', 'succeeded'],
    ]);
  });

  it("unwraps a cause to its message, and gives a Fail state the execution's error", () => {
    const { states } = runTree(ROLLED_BACK);

    expect(named(states, 'WriteItem').failure).toEqual({
      error: 'WriteRefused',
      message: 'DynamoDB refuses: not allowed',
    });
    expect(named(states, 'RolledBack').failure?.error).toBe('RolledBack.WriteRefused');
  });

  it('nests iterations below their Map, named by the attribute that they put', () => {
    const [branch, ...others] = named(runTree(ROLLED_BACK).states, 'PutObjects').branches;

    expect(others).toEqual([]);
    expect(branch).toMatchObject({ index: 0, attribute: 'page' });
    expect(summary(branch?.states ?? [])).toEqual(['PutObject succeeded']);
  });

  it('measures a state from its entry to its exit', () => {
    expect(named(runTree(ROLLED_BACK).states, 'Plan').durationMs).toBe(400);
  });

  it('counts failures that were tried again, whatever became of the last attempt', () => {
    const { states } = runTree(
      history(
        ['ExecutionStarted', 0],
        ['TaskStateEntered', 0, { name: 'WriteItem' }],
        ['TaskScheduled', 2],
        ['TaskFailed', 3, { error: 'WriteInDoubt', cause: '{"errorMessage":"answered 500"}' }],
        ['TaskScheduled', 4],
        ['TaskStarted', 5],
        ['TaskTimedOut', 6, { error: 'States.Timeout' }],
        ['TaskScheduled', 7],
        ['TaskSucceeded', 8],
        ['TaskStateExited', 9, { name: 'WriteItem' }],
        ['ExecutionSucceeded', 10],
      ),
    );

    expect(states).toMatchObject([
      {
        status: 'succeeded',
        retries: [
          { error: 'WriteInDoubt', message: 'answered 500' },
          { error: 'States.Timeout', message: '' },
        ],
      },
    ]);
    expect(states[0]).not.toHaveProperty('failure');
  });

  it('keeps interleaved iterations apart', () => {
    const { states } = runTree(
      history(
        ['ExecutionStarted', 0],
        ['MapStateEntered', 0, { name: 'PutObjects' }],
        ['MapStateStarted', 2, { length: 2 }],
        ['MapIterationStarted', 3, { name: 'PutObjects', index: 0 }],
        ['MapIterationStarted', 3, { name: 'PutObjects', index: 1 }],
        ['TaskStateEntered', 5, { name: 'PutObject' }],
        ['TaskStateEntered', 4, { name: 'PutObject' }],
        ['TaskScheduled', 6],
        ['TaskScheduled', 7],
        ['TaskFailed', 8, { error: 'PutRefused', cause: '' }],
        ['TaskStateExited', 10, { name: 'PutObject' }],
        ['PassStateEntered', 11, { name: 'PutFailed' }],
        ['TaskSucceeded', 9],
        ['TaskStateExited', 13, { name: 'PutObject' }],
        ['PassStateExited', 12, { name: 'PutFailed' }],
        ['MapIterationSucceeded', 15, { name: 'PutObjects', index: 1 }],
        ['MapIterationSucceeded', 14, { name: 'PutObjects', index: 0 }],
        ['MapStateSucceeded', 17],
        ['MapStateExited', 18, { name: 'PutObjects' }],
        ['ExecutionSucceeded', 19],
      ),
    );

    expect(named(states, 'PutObjects').branches.map((branch) => summary(branch.states))).toEqual([
      ['PutObject succeeded'],
      ['PutObject caught', 'PutFailed succeeded'],
    ]);
  });

  it('fails a Map with what failed in its iteration, and aborts the iterations that it stopped', () => {
    const { states } = runTree(
      history(
        ['ExecutionStarted', 0],
        ['MapStateEntered', 0, { name: 'Each' }],
        ['MapStateStarted', 2, { length: 2 }],
        ['MapIterationStarted', 3, { name: 'Each', index: 0 }],
        ['MapIterationStarted', 3, { name: 'Each', index: 1 }],
        ['TaskStateEntered', 4, { name: 'Work' }],
        ['TaskScheduled', 6],
        ['TaskStateEntered', 5, { name: 'Work' }],
        ['TaskScheduled', 8],
        ['TaskTimedOut', 7, { error: 'States.Timeout' }],
        ['MapIterationFailed', 10, { name: 'Each', index: 0 }],
        ['TaskStateAborted', 10],
        ['MapIterationAborted', 10, { name: 'Each', index: 1 }],
        ['MapStateFailed', 10],
        ['MapStateExited', 14, { name: 'Each' }],
        ['PassStateEntered', 15, { name: 'Fallback' }],
        ['PassStateExited', 16, { name: 'Fallback' }],
        ['ExecutionSucceeded', 17],
      ),
    );

    expect(summary(states)).toEqual(['Each caught', 'Fallback succeeded']);
    expect(named(states, 'Each').failure?.error).toBe('States.Timeout');
    expect(named(states, 'Each').branches.map((branch) => summary(branch.states))).toEqual([
      ['Work failed'],
      ['Work aborted'],
    ]);
  });

  it('puts the branches of a Parallel below it, each in a sequence of its own', () => {
    const { states } = runTree(
      history(
        ['ExecutionStarted', 0],
        ['ParallelStateEntered', 0, { name: 'Both' }],
        ['ParallelStateStarted', 2],
        ['PassStateEntered', 3, { name: 'A1' }],
        ['PassStateEntered', 3, { name: 'B1' }],
        ['PassStateExited', 4, { name: 'A1' }],
        ['PassStateEntered', 6, { name: 'A2' }],
        ['PassStateExited', 5, { name: 'B1' }],
        ['PassStateExited', 7, { name: 'A2' }],
        ['ParallelStateSucceeded', 9],
        ['ParallelStateExited', 9, { name: 'Both' }],
        ['PassStateEntered', 11, { name: 'After' }],
        ['PassStateExited', 12, { name: 'After' }],
        ['ExecutionSucceeded', 13],
      ),
    );

    expect(summary(states)).toEqual(['Both succeeded', 'After succeeded']);
    expect(named(states, 'Both').branches.map((branch) => summary(branch.states))).toEqual([
      ['A1 succeeded', 'A2 succeeded'],
      ['B1 succeeded'],
    ]);
  });

  it('finds the state of a failed evaluation, which AWS chains to the event before it', () => {
    const { states } = runTree(
      history(
        ['ExecutionStarted', 0],
        ['PassStateEntered', 0, { name: 'First' }],
        ['PassStateExited', 2, { name: 'First' }],
        ['PassStateEntered', 3, { name: 'Broken' }],
        ['EvaluationFailed', 3, { error: 'States.QueryEvaluationError', cause: 'no $x', state: 'Broken' }],
        ['ExecutionFailed', 5, { error: 'States.QueryEvaluationError', cause: 'no $x' }],
      ),
    );

    expect(summary(states)).toEqual(['First succeeded', 'Broken failed']);
  });

  it('tells a running task from one that a stop aborted', () => {
    const running = [
      ['ExecutionStarted', 0],
      ['TaskStateEntered', 0, { name: 'WriteItem' }],
      ['TaskScheduled', 2],
    ] as const;

    expect(summary(runTree(history(...running)).states)).toEqual(['WriteItem running']);
    const stopped = runTree(history(...running, ['ExecutionAborted', 0]));
    expect(stopped.status).toBe('ABORTED');
    expect(summary(stopped.states)).toEqual(['WriteItem aborted']);
  });

  it.each([
    ['the task is scheduled again', [['TaskScheduled', 6]], 8],
    [
      'its state is entered again',
      [
        ['TaskStateEntered', 6, { name: 'DeleteCreatedObjects' }],
        ['TaskScheduled', 7],
      ],
      9,
    ],
  ] as const)('goes on at the stuck state after a redrive, when %s', (_, again, next) => {
    const { states, redrives, status } = runTree(
      history(
        ['ExecutionStarted', 0],
        ['TaskStateEntered', 0, { name: 'DeleteCreatedObjects' }],
        ['TaskScheduled', 2],
        ['TaskFailed', 3, { error: 'DeleteFailed', cause: 'still there' }],
        ['ExecutionFailed', 4, { error: 'DeleteFailed', cause: 'still there' }],
        ['ExecutionRedriven', 5],
        ...again,
        ['TaskSucceeded', next - 1],
        ['TaskStateExited', next, { name: 'DeleteCreatedObjects' }],
        ['ExecutionSucceeded', next + 1],
      ),
    );

    expect({ status, redrives }).toEqual({ status: 'SUCCEEDED', redrives: 1 });
    expect(states).toMatchObject([
      {
        name: 'DeleteCreatedObjects',
        status: 'succeeded',
        redrives: 1,
        retries: [{ error: 'DeleteFailed', message: 'still there' }],
      },
    ]);
  });

  it('goes on at the iterations that a stop had cut off', () => {
    const { states } = runTree(
      history(
        ['ExecutionStarted', 0],
        ['MapStateEntered', 0, { name: 'PutObjects' }],
        ['MapStateStarted', 2, { length: 3 }],
        ['MapIterationStarted', 3, { name: 'PutObjects', index: 0 }],
        ['MapIterationStarted', 3, { name: 'PutObjects', index: 1 }],
        ['MapIterationStarted', 3, { name: 'PutObjects', index: 2 }],
        ['TaskStateEntered', 4, { name: 'PutObject' }],
        ['TaskStateEntered', 5, { name: 'PutObject' }],
        ['TaskStateEntered', 6, { name: 'PutObject' }],
        ['TaskScheduled', 7],
        ['TaskScheduled', 8],
        ['TaskScheduled', 9],
        ['TaskSucceeded', 11],
        ['TaskStateExited', 13, { name: 'PutObject' }],
        ['MapIterationSucceeded', 14, { name: 'PutObjects', index: 1 }],
        ['ExecutionAborted', 0],
        ['ExecutionRedriven', 16],
        ['TaskScheduled', 17],
        ['TaskScheduled', 17],
        ['TaskSucceeded', 19],
        ['TaskStateExited', 20, { name: 'PutObject' }],
        ['MapIterationSucceeded', 21, { name: 'PutObjects', index: 2 }],
        ['TaskSucceeded', 18],
        ['TaskStateExited', 23, { name: 'PutObject' }],
        ['MapIterationSucceeded', 24, { name: 'PutObjects', index: 0 }],
        ['MapStateSucceeded', 25],
        ['MapStateExited', 25, { name: 'PutObjects' }],
        ['ExecutionSucceeded', 27],
      ),
    );

    const { status, branches, retries } = named(states, 'PutObjects');
    expect({ status, retries }).toEqual({ status: 'succeeded', retries: [] });
    expect(
      branches.map((branch) => branch.states.map((state) => `${state.status}, redriven ${state.redrives}`)),
    ).toEqual([['succeeded, redriven 1'], ['succeeded, redriven 0'], ['succeeded, redriven 1']]);
  });

  it('refuses a history without events', () => {
    expect(() => runTree([])).toThrow(RangeError);
  });
});
