// What recorded runs are taken for: their outcome in one line, and the facts that their histories prove.

import { describe, expect, it } from 'vitest';
import { factsOf, type RunFacts } from '../../audit/history/facts.ts';
import { runTree } from '../../audit/history/history.ts';
import { timelineOf } from '../../audit/history/timeline.ts';
import { objectsOfRun } from '../../audit/report/objects.ts';
import { type Outcome, outcomeOf, summaryOf } from '../../audit/runs/summary.ts';
import { recorded, STORE } from './recordings.ts';
import { SCENARIO_NAMES, type ScenarioName } from './scenarios.ts';

const OUTCOMES: Readonly<Record<ScenarioName, Outcome>> = {
  'committed-create': 'committed',
  'committed-update': 'committed',
  'committed-delete': 'committed',
  'cleanup-deferred': 'cleanup-deferred',
  rejected: 'rejected',
  'rolled-back': 'rolled-back',
  'stuck-in-the-write': 'stuck',
  'stuck-in-the-compensation': 'stuck',
  redriven: 'committed',
  unknown: 'unknown',
  aborted: 'aborted',
  running: 'running',
};

const factsOfRecorded = (name: ScenarioName): RunFacts => factsOf(runTree(recorded(name).events));

describe('a summary', () => {
  it.each(SCENARIO_NAMES)('of %s has its outcome, its item and its times', (name) => {
    const { description } = recorded(name);

    const run = summaryOf(description, STORE);

    expect(run).toMatchObject({
      name,
      outcome: OUTCOMES[name],
      key: { id: 'doc' },
      startedAt: description.startDate,
    });
    expect(run.stoppedAt).toEqual(description.stopDate);
    expect(run.durationMs === undefined).toBe(OUTCOMES[name] === 'running');
  });

  it.each([
    ['committed-create', 1],
    ['committed-update', 2],
    ['committed-delete', undefined],
    ['rolled-back', undefined],
  ] as const)('of %s has version %s', (name, version) => {
    expect(summaryOf(recorded(name).description, STORE).version).toBe(version);
  });

  it.each([
    ['rejected', 'AlreadyExists', 'an item with this key exists'],
    ['rolled-back', 'WriteRefused', 'DynamoDB refuses the item: '],
    ['stuck-in-the-write', 'WriteInDoubt', 'the write may or may not take effect: '],
    ['stuck-in-the-compensation', 'InternalError', 'Injected fault: InternalError'],
    ['unknown', 'OutcomeUnknown', 'the item has moved on and the token of the write has expired'],
  ] as const)('of %s says %s and why', (name, reason, message) => {
    expect(summaryOf(recorded(name).description, STORE)).toMatchObject({
      reason,
      message: expect.stringContaining(message),
    });
  });

  it('counts redrives', () => {
    expect(summaryOf(recorded('redriven').description, STORE).redriveCount).toBe(1);
  });

  it.each([
    [{ status: 'TIMED_OUT' }, 'aborted'],
    [{ status: 'PENDING_REDRIVE' }, 'running'],
    [{ status: 'FAILED', error: 'States.Runtime' }, 'stuck'],
    [{ status: 'FAILED' }, 'stuck'],
    [{ status: 'SUCCEEDED', output: 'not JSON' }, 'committed'],
    [{ status: 'SUCCEEDED', output: '"text"' }, 'committed'],
  ] as const)('takes %j for %s', (ending, outcome) => {
    expect(outcomeOf(ending)).toBe(outcome);
  });

  it('names no item for input that names none', () => {
    const { description } = recorded('rejected');
    for (const input of ['{"key":{"name":"x"}}', '{"key":1}', '[]', 'null', '{', undefined]) {
      expect(summaryOf({ ...description, input }, STORE)).not.toHaveProperty('key');
    }
  });
});

describe('the facts', () => {
  it.each([
    ['committed-create', 'ended', 'yes'],
    ['rejected', 'ended', 'no'],
    ['rolled-back', 'ended', 'no'],
    ['stuck-in-the-write', 'writing', 'maybe'],
    ['stuck-in-the-compensation', 'compensation', 'no'],
    ['unknown', 'ended', 'maybe'],
    ['redriven', 'ended', 'yes'],
    ['aborted', 'writing', 'maybe'],
    ['cleanup-deferred', 'ended', 'yes'],
  ] as const)('of %s: it is %s, written: %s', (name, phase, written) => {
    expect(factsOfRecorded(name)).toMatchObject({ phase, written });
  });

  it('of a run that an earlier definition began, stopped where it chose: it puts', () => {
    const { events } = recorded('aborted');
    const at = events.findIndex(
      ({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name === 'WriteItem',
    );
    const chose = events.slice(0, at + 1).map((event, index) =>
      index === at
        ? {
            ...event,
            type: 'ChoiceStateEntered' as const,
            stateEnteredEventDetails: { name: 'AllObjectsPut?' },
          }
        : event,
    );
    const aborted = {
      type: 'ExecutionAborted' as const,
      timestamp: new Date(),
      id: at + 2,
      previousEventId: at + 1,
    };
    expect(factsOf(runTree([...chose, aborted]))).toMatchObject({
      phase: 'putting',
      written: 'no',
      stoppedAt: 'AllObjectsPut?',
    });
  });

  it.each([
    ['stuck-in-the-write', 'WriteItem'],
    ['stuck-in-the-compensation', 'DeleteCreatedObjects'],
    ['aborted', 'WriteItem'],
    ['rolled-back', undefined],
  ] as const)('of %s: it stopped at %s', (name, state) => {
    expect(factsOfRecorded(name).stoppedAt).toBe(state);
  });

  it.each([
    ['rolled-back', [['compensation', 'succeeded', 1]]],
    ['stuck-in-the-compensation', [['compensation', 'failed', 1]]],
    ['committed-update', [['cleanup', 'succeeded', 1]]],
    ['cleanup-deferred', [['cleanup', 'caught', 1]]],
    ['committed-create', []],
  ] as const)('of %s: deletions', (name, deletions) => {
    const found = factsOfRecorded(name).deletions;
    expect(found.map(({ kind, status, keys }) => [kind, status, keys?.length])).toEqual(deletions);
  });

  it('are few where a history does not show results', () => {
    const events = recorded('committed-create').events.map(
      ({ id, previousEventId, type, timestamp, ...rest }) => ({
        ...{ id, previousEventId, type, timestamp },
        ...(rest.stateEnteredEventDetails && {
          stateEnteredEventDetails: { name: rest.stateEnteredEventDetails.name },
        }),
        ...(rest.stateExitedEventDetails && {
          stateExitedEventDetails: { name: rest.stateExitedEventDetails.name },
        }),
      }),
    );

    expect(factsOf(runTree(events))).toMatchObject({ plans: [], put: [], written: 'yes', phase: 'ended' });
  });
});

describe('the objects', () => {
  const roles = (name: ScenarioName) => {
    const { description, events } = recorded(name);
    const isOver = description.status !== 'RUNNING';
    const input: unknown = JSON.parse(description.input ?? '');
    return objectsOfRun(factsOf(runTree(events)), input, { isOver, store: STORE }).map(
      ({ attribute, role, put, wanted }) => [attribute, role, put, wanted],
    );
  };

  it.each([
    ['committed-create', [['page', 'created', 'yes', true]]],
    [
      'committed-update',
      [
        ['page', 'created', 'yes', true],
        ['note', 'kept', 'no', true],
        ['page', 'replaced', 'no', false],
      ],
    ],
    ['committed-delete', [['page', 'deleted', 'no', false]]],
    ['rolled-back', [['page', 'created', 'yes', false]]],
    ['stuck-in-the-write', [['page', 'created', 'yes', undefined]]],
    ['running', [['page', 'created', 'yes', undefined]]],
    ['rejected', []],
  ] as const)('of %s', (name, expected) => {
    expect(roles(name)).toEqual(expected);
  });

  it('of a run with uploads: what it copies', () => {
    const input = {
      largeAttributes: { page: { staged: { key: 'staging/x', size: 3, sha256: '' } }, odd: null },
    };

    expect(objectsOfRun(factsOfRecorded('rejected'), input, { isOver: true, store: STORE })).toEqual([
      { key: 'staging/x', attribute: 'page', role: 'staged', put: 'no' },
    ]);
  });
});

describe('the timeline', () => {
  it('has every state in the order of entry, with attempts, results and errors', () => {
    const timeline = timelineOf(runTree(recorded('rolled-back').events));

    expect(
      timeline.map(({ name, kind, within, attribute }) => [name, kind, within.join(), attribute]),
    ).toEqual([
      ['Plan', 'step', '', undefined],
      ['PutObjects', 'step', '', undefined],
      ['PutObject', 'step', 'PutObjects', 'page'],
      ['WriteItem', 'step', '', undefined],
      ['DeleteCreatedObjects', 'compensation', '', undefined],
      ['RolledBack', 'outcome', '', undefined],
    ]);
    expect(timeline[2]?.result).toEqual({ attribute: 'page', put: true, inDoubt: false });
    expect(timeline[3]).toMatchObject({ status: 'caught', error: { error: 'WriteRefused' } });
    expect(timeline[4]?.result).toEqual({ deleted: 1, kept: [] });
  });

  it('logs every attempt of a redriven task', () => {
    const write = timelineOf(runTree(recorded('redriven').events)).find(({ name }) => name === 'WriteItem');

    expect(write).toMatchObject({ retries: 11, redrives: 1, status: 'succeeded', result: { written: true } });
    expect(write?.attempts).toHaveLength(12);
    expect(write?.attempts.filter(({ failure }) => failure !== undefined)).toHaveLength(11);
    expect(write?.attempts.every(({ durationMs }) => durationMs !== undefined)).toBe(true);
  });
});
