// Whatever part of an Express run's log is there, in whatever order, once or twice, says nothing that all of it does not say: less, at most.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toRunMermaid } from '../../../audit/drawing/run-graph.ts';
import {
  type AuditContext,
  listRuns,
  type RunReport,
  readRun,
  type StateNode,
  type TimelineEntry,
} from '../../../audit/index.ts';
import type { RunSummary } from '../../../audit/runs/summary.ts';
import { reportLines } from '../../../cli/text/run-text.ts';
import { type Line, logged } from './fake-log.ts';
import {
  EXPRESS_STORE,
  type LogLine,
  RECORDED_RUNS,
  type RecordedRun,
  recordedLog,
  START,
} from './recordings.ts';

const RUNS_PER_LOG = 15;
const SEED = 20261129;

/** What is true of each run, whatever anything says of it. */
const TRUTH: Readonly<Record<RecordedRun, Pick<RunReport, 'written'> & { outcome: RunSummary['outcome'] }>> =
  {
    'committed-create': { outcome: 'committed', written: 'yes' },
    'two-puts': { outcome: 'committed', written: 'yes' },
    'committed-update': { outcome: 'committed', written: 'yes' },
    'committed-delete': { outcome: 'committed', written: 'yes' },
    'cleanup-deferred': { outcome: 'cleanup-deferred', written: 'yes' },
    'put-again': { outcome: 'rolled-back', written: 'no' },
    rejected: { outcome: 'rejected', written: 'no' },
    'rolled-back': { outcome: 'rolled-back', written: 'no' },
    'rolled-back-and-kept': { outcome: 'rolled-back', written: 'no' },
    'continued-in-the-write': { outcome: 'continued', written: 'maybe' },
    'continued-in-the-compensation': { outcome: 'continued', written: 'no' },
    'not-handed-over': { outcome: 'unknown', written: 'maybe' },
  };

const DATA =
  /^(?:input|output|inputDetails|outputDetails|parameters|assignedVariables|assignedVariablesDetails)$/;
const LEVELS = {
  ALL: () => true,
  ERROR: ({ type }: LogLine) => /(?:Failed|Aborted|TimedOut)$|^FailStateEntered$/.test(type),
  FATAL: ({ type }: LogLine) => /^Execution(?:Failed|Aborted|TimedOut)$/.test(type),
} as const;
type Level = keyof typeof LEVELS;
/** What becomes of a line on its way. */
const FATES = ['comes twice', 'comes cut off', 'comes without its data', 'is lost', 'is lost'] as const;
type Fate = 'comes' | (typeof FATES)[number];

/** Characters that are left of data that is too large, and of a line. */
const LEFT = 40;

function linesOf(line: LogLine, fate: Fate, withData: boolean): Line[] {
  const timestamp = Number(line.event_timestamp);
  const without = (keep: (name: string, value: unknown) => readonly (readonly [string, unknown])[]) => ({
    ...line,
    details: Object.fromEntries(Object.entries(line.details).flatMap(([name, value]) => keep(name, value))),
  });
  const told = withData ? line : without((name, value) => (DATA.test(name) ? [] : [[name, value]]));
  const message = JSON.stringify(told);
  switch (fate) {
    case 'comes':
      return [{ timestamp, message }];
    case 'comes twice':
      return [
        { timestamp, message },
        { timestamp, message },
      ];
    case 'comes cut off':
      return [{ timestamp, message: message.slice(0, -LEFT) }];
    case 'comes without its data': {
      const cut = without((name, value) => {
        if (/Details$/.test(name)) return [[name, { truncated: true }]];
        return [[name, DATA.test(name) ? String(value).slice(0, LEFT) : value]];
      });
      return [{ timestamp, message: JSON.stringify(withData ? cut : told) }];
    }
    case 'is lost':
      return [];
  }
}

async function reportOf(lines: readonly Line[], arn: string): Promise<RunReport | undefined> {
  return readRun(contextOf(lines, arn), arn).catch((error: Error) => {
    if (error.name === 'RunNotFound') return undefined;
    throw error;
  });
}

async function listed(lines: readonly Line[]): Promise<RunSummary[]> {
  const runs: RunSummary[] = [];
  for await (const run of listRuns(contextOf(lines), { since: new Date(START) })) runs.push(run);
  return runs;
}

/** An hour later: whatever was to come has come, and the item is as the run has left it, if it has written. */
function contextOf(lines: readonly Line[], arn = ''): AuditContext {
  const name = RECORDED_RUNS.find((each) => arn.includes(`-${each}-`));
  const mayHave = name !== undefined && TRUTH[name].written !== 'no';
  const operation = /Docs(\w+)Express/.exec(arn)?.[1]?.toLowerCase();
  const writtenBy = { S: `${operation}.x.01M844DZG00000000000000000.0123456789ab.20261123T120000000Z` };
  const M = {
    createdBy: { S: 'create.e.20261123T110000000Z' },
    writtenBy,
    version: { N: '2' },
    large: { L: [] },
  };
  return {
    ...logged(EXPRESS_STORE, lines, { pageSize: 40, ...(mayHave && { item: { _saga: { M } } }) }).context,
    now: () => START + 3_600_000,
  };
}

/** What else a log group has at the same time: another execution of the name, one of another name, and what is none of the store's. */
function othersOf(arn: string): Line[] {
  const other = JSON.stringify(recordedLog('rejected'));
  const own = recordedLog('rejected')[0]?.execution_arn ?? '';
  const arns = [
    arn.replace(/[^:]+$/, 'other'),
    own.replace(/[^:]+$/, 'third'),
    arn.replace(':Docs', ':Others'),
  ];
  return [
    ...arns.flatMap((each) => (JSON.parse(other.replaceAll(own, each)) as LogLine[]).map(asLine)),
    { timestamp: START + 55, message: `no JSON, but ${arn}` },
  ];
}

function asLine(line: LogLine): Line {
  return { timestamp: Number(line.event_timestamp), message: JSON.stringify(line) };
}

describe.each(RECORDED_RUNS)('of a run that is %s', (name) => {
  const log = recordedLog(name);
  const arn = log[0]?.execution_arn ?? '';
  const others = othersOf(arn);
  const whole = log.flatMap((line) => linesOf(line, 'comes', true));

  it('all of the log tells what is true', async () => {
    const report = await reportOf(whole, arn);
    expect(report).toMatchObject({ written: TRUTH[name].written, summary: { outcome: TRUTH[name].outcome } });
    expect(report?.express).toMatchObject({ isWhole: true, failures: [] });
    expect(statusesOf(report?.tree.states ?? [])).not.toContain('unknown');
  });

  it('any part of it tells nothing else', async () => {
    const full = (await reportOf(whole, arn)) as RunReport;
    // Of logs that are whole but for a line or two, as of those with little left.
    const fates = fc.constantFrom(0, 3, 40).chain((percent) => {
      const strange = fc.constantFrom<Fate>(...FATES);
      const fate = fc
        .tuple(fc.nat({ max: 99 }), strange)
        .map(([dice, other]) => (dice < percent ? other : 'comes'));
      return fc.array(fate, { minLength: log.length, maxLength: log.length });
    });
    const order = fc.array(fc.nat({ max: 1000 }), { minLength: 2 * log.length, maxLength: 2 * log.length });
    const levels = fc.constantFrom<Level>('ALL', 'ALL', 'ERROR', 'FATAL');
    const property = fc.asyncProperty(
      fates,
      order,
      levels,
      fc.boolean(),
      fc.boolean(),
      async (fate, ranks, level, withData, withOthers) => {
        const lines = log
          .filter(LEVELS[level])
          .flatMap((line, at) => linesOf(line, fate[at] ?? 'comes', withData))
          .map((line, at) => ({ line, rank: ranks[at] ?? 0 }))
          .sort((one, other) => one.rank - other.rank)
          .map(({ line }) => line)
          .concat(withOthers ? others : []);
        const part = await reportOf(lines, arn);
        if (part !== undefined) expect(beyond(part, full)).toEqual([]);
        const runs = (await listed(lines)).filter(({ executionArn }) => executionArn === arn);
        for (const run of runs) expect(beyondSummary(run, full.summary)).toEqual([]);
      },
    );
    await fc.assert(property, { numRuns: RUNS_PER_LOG, seed: SEED });
  });
});

/** What a report says that the whole log does not. */
function beyond(part: RunReport, full: RunReport): string[] {
  const text = reportLines(part, { width: 200, color: false, onAws: false }).join('\n');
  const edges = edgesOf(full);
  const more = [
    ...beyondSummary(part.summary, full.summary),
    ...claim('written', part.written, [full.written, 'maybe']),
    ...claim('phase', part.phase, [full.phase, 'unknown']),
    ...claim('end', part.tree.status, [full.tree.status, 'UNKNOWN']),
    ...claim('writer', part.item?.carriesThisWrite, [full.item?.carriesThisWrite, undefined]),
    ...claim('duration', part.tree.durationMs, [full.tree.durationMs, undefined]),
    ...edgesOf(part).flatMap((edge) => claim('edge', edge, edges)),
    ...claim('failures', failuresIn(part), [failuresIn(part, part.events)]),
    ...part.timeline.flatMap((entry) => beyondState(entry, full.timeline)),
    ...(part.tellsObjects ? claim('objects', part.objects.length, [full.objects.length]) : []),
    ...part.objects.flatMap(({ key, role, put }) => {
      const object = full.objects.find((each) => each.key === key);
      return [
        ...claim(`role of ${key}`, role, [object?.role, 'at-stake']),
        ...claim('put', put, [object?.put, 'maybe']),
      ];
    }),
    ...part.compensations.flatMap(({ state, status, keys, left }) => {
      const deletion = full.compensations.find((each) => each.state === state);
      return [
        ...claim(state, status, [deletion?.status]),
        ...claim(`keys of ${state}`, JSON.stringify(keys), [JSON.stringify(deletion?.keys), undefined]),
        ...claim(`left of ${state}`, JSON.stringify(left), [JSON.stringify(deletion?.left), undefined]),
      ];
    }),
    ...part.nextSteps.flatMap((step) => claim('next', step, [...full.nextSteps, ...HEDGES])),
    ...(part.express?.isWhole ? [] : claim('gap', part.express?.gap === undefined, [false])),
  ];
  const said = ['none left', 'no object', 'every object'].filter(
    (words) => text.includes(words) && !full.nextSteps.join().includes(words) && !part.tellsObjects,
  );
  return [...more, ...said];
}

/** Next steps that claim nothing of the run beyond what its end says. */
const HEDGES = [
  expect.stringMatching(/^Whether the write took effect is not known/),
  expect.stringMatching(/^Settle it: /),
  expect.stringMatching(/^Nothing to do: the write took effect, exactly once\.$/),
  expect.stringMatching(
    /^Nothing was written\. What the run put is deleted, unless its input asks to leave it/,
  ),
];

function beyondSummary(part: RunSummary, full: RunSummary): string[] {
  const isFirstTold = part.startUnknown && part.startedAt >= full.startedAt;
  return [
    ...claim('outcome', part.outcome, [
      full.outcome,
      'unknown',
      // A clean-up that was put off is not claimed to be done.
      ...(full.outcome === 'cleanup-deferred' ? ['committed'] : []),
    ]),
    ...claim('status', part.status, [full.status, 'UNKNOWN']),
    ...claim('reason', part.reason, [full.reason, undefined]),
    ...claim('key', JSON.stringify(part.key), [JSON.stringify(full.key), undefined]),
    ...claim('version', part.version, [full.version, undefined]),
    ...claim('run', part.run, [full.run, undefined]),
    ...claim('continuedBy', part.continuedBy, [full.continuedBy, undefined]),
    ...claim('stoppedAt', part.stoppedAt?.getTime(), [full.stoppedAt?.getTime(), undefined]),
    ...claim('durationMs', part.durationMs, [full.durationMs, undefined]),
    ...(isFirstTold ? [] : claim('startedAt', part.startedAt.getTime(), [full.startedAt.getTime()])),
  ];
}

function beyondState(entry: TimelineEntry, full: readonly TimelineEntry[]): string[] {
  const { name, startedAt, status, durationMs, retries, error, attempts } = entry;
  const state = full.find((each) => each.name === name && each.startedAt.getTime() === startedAt.getTime());
  const failures = state?.attempts.flatMap(({ failure }) => failure?.error ?? []) ?? [];
  return [
    ...claim('state', state?.name, [name]),
    ...claim(`status of ${name}`, status, [state?.status, 'unknown']),
    ...claim(`durationMs of ${name}`, durationMs, [state?.durationMs, undefined]),
    ...claim(`retries of ${name}`, retries <= (state?.retries ?? 0), [true]),
    ...claim(
      `attempts of ${name}`,
      attempts.every(({ failure }) => !failure || failures.includes(failure.error)),
      [true],
    ),
    ...claim(`error of ${name}`, error?.error || undefined, [state?.error?.error, ...failures, undefined]),
  ];
}

/** The ways that a drawing shows; the names of those in a Map without the Map's. */
function edgesOf({ tree }: RunReport): string[] {
  const lines = toRunMermaid(tree).match(/\S+ --> \S+$/gm) ?? [];
  return lines.map((edge) => edge.replaceAll(/\bPutObjects_\d_/g, ''));
}

/** How many failed attempts are told: each event of one, beside its state or by itself. */
function failuresIn({ timeline, express }: RunReport, events?: RunReport['events']): number {
  if (events) return events.filter(({ type }) => type === 'TaskFailed').length;
  const ofStates = timeline.flatMap(({ attempts }) =>
    attempts.filter(({ failure }) => failure !== undefined),
  );
  return ofStates.length + (express?.failures.length ?? 0);
}

function claim(what: string, said: unknown, known: readonly unknown[]): string[] {
  const isKnown = known.some((each) => {
    const matcher = each as { asymmetricMatch?: (value: unknown) => boolean } | undefined;
    return matcher?.asymmetricMatch ? matcher.asymmetricMatch(said) : each === said;
  });
  return isKnown ? [] : [`${what}: ${String(said)}`];
}

function statusesOf(states: readonly StateNode[]): string[] {
  return states.flatMap(({ status, branches }) => [
    status,
    ...branches.flatMap((branch) => statusesOf(branch.states)),
  ]);
}
