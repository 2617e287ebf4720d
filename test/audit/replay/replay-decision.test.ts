// Whether and how recorded runs are replayed, by the table in docs/operating.md, and what speaks against it.

import { describe, expect, it } from 'vitest';
import { factsOf } from '../../../audit/history/facts.ts';
import { runTree } from '../../../audit/history/history.ts';
import type { ItemState } from '../../../audit/item/item.ts';
import { decideReplay } from '../../../audit/replay/replay-decision.ts';
import type { ReplayFacts } from '../../../audit/replay/replay-facts.ts';
import { summaryOf } from '../../../audit/runs/summary.ts';
import { recorded, STORE } from '../recordings.ts';
import { SCENARIO_NAMES, type ScenarioName } from '../scenarios.ts';

const ABSENT: ItemState = { kind: 'absent' };
const RUN = 'create.other.20261123T110000000Z';

function version(number: number, changes: Partial<Extract<ItemState, { kind: 'saga' }>> = {}): ItemState {
  return { kind: 'saga', createdBy: RUN, version: number, writtenBy: RUN, large: [], ...changes };
}

function known(name: ScenarioName, changes: Partial<ReplayFacts> = {}): ReplayFacts {
  const { description, events } = recorded(name);
  return {
    summary: summaryOf(description, STORE),
    facts: factsOf(runTree(events)),
    cause: description.cause?.startsWith('{') ? JSON.parse(description.cause) : {},
    input: JSON.parse(description.input ?? ''),
    redrive: {
      possible: description.redriveStatus === 'REDRIVABLE',
      obstacle: description.redriveStatusReason,
    },
    item: ABSENT,
    staged: [],
    newName: `${name}-replay-1`,
    force: false,
    ...changes,
  };
}

const decide = (name: ScenarioName, changes: Partial<ReplayFacts> = {}) => decideReplay(known(name, changes));

/** The item as the run to be replayed saw it, where that is not absent. */
function asSeen(name: ScenarioName): ItemState {
  const expected = factsOf(runTree(recorded(name).events)).plans.at(-1)?.expected;
  return expected?.kind === 'saga' ? version(expected.version, { createdBy: expected.createdBy }) : ABSENT;
}

describe('by the table of what a status means', () => {
  const TABLE: Readonly<Record<ScenarioName, string>> = {
    'committed-create': 'committed',
    'committed-update': 'committed',
    'committed-delete': 'committed',
    'cleanup-deferred': 'committed',
    redriven: 'committed',
    running: 'running',
    unknown: 'outcome-unknown',
    rejected: 'new-execution',
    'rolled-back': 'new-execution',
    'stuck-in-the-write': 'redrive',
    'stuck-in-the-compensation': 'redrive',
    aborted: 'redrive',
  };

  it.each(SCENARIO_NAMES)('%s, its item as it was', (name) => {
    const { kind, code } = decide(name, { item: name === 'rejected' ? ABSENT : asSeen(name) });

    expect(code ?? kind).toBe(TABLE[name]);
  });

  it('names the state from which a redrive goes on', () => {
    expect(decide('aborted')).toMatchObject({
      reason: 'redrives the run, which goes on from WriteItem',
      details: { resumesAt: 'WriteItem' },
    });
    expect(decide('stuck-in-the-compensation').reason).toContain('ends rolled back: replay it once more');
  });

  it('names the new run', () => {
    expect(decide('rolled-back')).toMatchObject({
      newName: 'rolled-back-replay-1',
      reason: 'starts rolled-back-replay-1 with the same input',
    });
  });
});

describe('refuses what cannot work', () => {
  it.each([
    ['the same input is wrong', { inputProblem: 'key: missing' }, 'invalid-input', 'key: missing'],
    [
      'the upload is gone',
      { staged: [{ attribute: 'page', key: 'staging/x', state: 'gone' }] },
      'staged-content-gone',
      'the upload of page (staging/x) is gone',
    ],
    [
      'the upload is another',
      { staged: [{ attribute: 'page', key: 'staging/x', state: 'changed' }] },
      'staged-content-gone',
      'is another upload now',
    ],
    [
      'the item is there',
      { item: version(1) },
      'would-be-rejected',
      'AlreadyExists, the item is there (version 1',
    ],
    ['there is no name left', { newName: undefined }, 'no-name-left', 'start a new run'],
  ] as const)('a create that was rolled back: %s', (_, changes, code, reason) => {
    for (const force of [false, true]) {
      const decision = decide('rolled-back', { ...changes, force });
      expect(decision).toMatchObject({ kind: 'refused', code, forceable: false });
      expect(decision.reason).toContain(reason);
    }
  });

  it.each([
    ['no item', { item: ABSENT, input: {} }, 'NotFound'],
    [
      'another version',
      { item: version(4), input: { expectedVersion: 3 } },
      'VersionMismatch, expected version 3',
    ],
    ['a spoiled item', { item: { kind: 'spoiled' }, input: {} }, '_saga was changed'],
  ] as const)('an update that met %s, which is still so', (_, changes, reason) => {
    const { description } = recorded('rejected');
    const summary = { ...summaryOf(description, STORE), operation: 'update' as const, reason: 'NotFound' };
    const decision = decide('rejected', { ...changes, summary });

    expect(decision).toMatchObject({ kind: 'refused', code: 'would-be-rejected' });
    expect(decision.reason).toContain(reason);
  });

  it.each([
    ['a put', 'create', { overwrite: true }, version(4)],
    ['an update that creates', 'update', { createIfMissing: true }, ABSENT],
  ] as const)('but not %s, which takes what there is', (_, operation, input, item) => {
    const { description } = recorded('rejected');
    const summary = { ...summaryOf(description, STORE), operation, reason: 'NotFound' };
    expect(decide('rejected', { summary, input, item }).kind).toBe('new-execution');
  });

  it('but not once the reason of the rejection is gone', () => {
    const { description } = recorded('rejected');
    const summary = { ...summaryOf(description, STORE), operation: 'update' as const, reason: 'NotFound' };

    expect(decide('rejected', { summary, item: version(1) }).kind).toBe('new-execution');
    expect(decide('rejected', { item: ABSENT }).kind).toBe('new-execution');
  });

  it.each([
    ['stuck-in-the-write', { redrive: { possible: false } }],
    ['unknown', {}],
  ] as const)('%s, when the item carries its write and it cannot go on', (name, changes) => {
    const run = factsOf(runTree(recorded(name).events)).plans.at(-1)?.run as string;

    expect(decide(name, { ...changes, item: version(2, { writtenBy: run }), force: true })).toMatchObject({
      ...{ kind: 'refused', code: 'committed', forceable: false },
      reason: expect.stringContaining('the write took effect'),
    });
  });

  it('a second replay, naming the first', () => {
    const earlier = summaryOf(recorded('committed-create').description, STORE);

    expect(decide('rolled-back', { earlier })).toMatchObject({
      ...{ kind: 'refused', code: 'already-replayed', forceable: false },
      reason: 'it was replayed by committed-create, which is committed',
      details: { replayedBy: earlier },
    });
  });
});

describe('asks for force', () => {
  it('when the item has moved on, showing both versions', () => {
    const moved = { item: version(5, { createdBy: 'create.unknown-0.20261123T120000000Z' }) };
    const late = { possible: true };

    expect(decide('stuck-in-the-write', { ...moved, redrive: late })).toMatchObject({
      ...{ kind: 'refused', code: 'item-moved-on', forceable: true },
      reason: 'the item has moved on: then no item, now version 5, written by other',
      details: { versionThen: null, versionNow: 5, itemThen: 'no item' },
    });
    expect(decide('stuck-in-the-write', { ...moved, redrive: late, force: true }).kind).toBe('redrive');
  });

  it('not when what moved the item is this very run', () => {
    const { plans } = factsOf(runTree(recorded('stuck-in-the-write').events));
    const run = plans[0]?.run as string;

    expect(decide('stuck-in-the-write', { item: version(1, { createdBy: run, writtenBy: run }) }).kind).toBe(
      'redrive',
    );
  });

  it('not of a compensation, which only deletes its own', () => {
    expect(decide('stuck-in-the-compensation', { item: version(7) }).kind).toBe('redrive');
  });

  it('when the item was deleted and created anew at the same version', () => {
    const { summary } = known('rolled-back');
    const facts = known('unknown').facts;
    const seen = facts.plans[0]?.expected;
    const update = {
      summary: { ...summary, operation: 'update' as const },
      facts: { ...facts, written: 'no' as const },
    };
    if (seen?.kind !== 'saga') throw new Error('the plan saw an item');

    const same = version(seen.version, { createdBy: seen.createdBy });
    expect(decide('rolled-back', { ...update, item: same }).kind).toBe('new-execution');
    expect(decide('rolled-back', { ...update, item: version(seen.version) }).code).toBe('item-moved-on');
  });

  it('when a run without a plan is older than the last write', () => {
    const summary = { ...known('rejected').summary, operation: 'update' as const, reason: 'PlanFailed' };
    const since = version(2, { writtenBy: 'update.later.20261123T120001000Z' });
    const earlier = version(2, { writtenBy: 'update.before.20261123T115959000Z' });

    expect(decide('rejected', { summary, item: since }).code).toBe('item-moved-on');
    expect(decide('rejected', { summary, item: earlier }).kind).toBe('new-execution');
  });

  it('when the condition that failed would fail again', () => {
    const summary = { ...known('rolled-back').summary, reason: 'ConditionFailed' };

    expect(decide('rolled-back', { summary })).toMatchObject({ code: 'item-moved-on', forceable: true });
  });

  it('when the outcome is unknown, or the redrive comes too late: a person decides', () => {
    const late = { redrive: { possible: false, obstacle: 'Execution redrivable period exceeded' } };
    expect(decide('stuck-in-the-write', late)).toMatchObject({
      ...{ kind: 'refused', code: 'not-redrivable', forceable: true },
      reason: 'it cannot be redriven any more: Execution redrivable period exceeded; the item is now no item',
    });
    expect(decide('stuck-in-the-write', { ...late, force: true }).kind).toBe('new-execution');
    expect(decide('unknown', { item: version(4), force: true }).kind).toBe('new-execution');
    const gone = [{ attribute: 'page', key: 'staging/x', state: 'gone' }] as const;
    expect(decide('unknown', { item: version(4), force: true, staged: gone }).code).toBe(
      'staged-content-gone',
    );
  });

  it('when the item may not be read', () => {
    expect(decide('rolled-back', { item: undefined })).toMatchObject({
      code: 'item-unreadable',
      forceable: true,
    });
  });
});

describe('uploads of a redrive', () => {
  const staged = [{ attribute: 'page', key: 'staging/x', state: 'gone' }] as const;

  it('are needed while objects are still to be put', () => {
    const facts = { ...known('aborted').facts, phase: 'putting' as const };
    expect(decide('aborted', { staged, facts }).code).toBe('staged-content-gone');
  });

  it('are not needed afterwards', () => {
    expect(decide('aborted', { staged }).kind).toBe('redrive');
  });
});
