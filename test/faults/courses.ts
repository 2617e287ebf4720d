// How a scenario's run goes from its start to its end, by either lane, and what its caller is told.

import { outcomeOf, type Outcome as RunOutcome } from '../../audit/runs/summary.ts';
import {
  AnswerLost,
  type ExpressRun,
  type LargeItemClient,
  OutcomeUnknown,
  Rejected,
  RolledBack,
  StartFailed,
  Stuck,
  type WriteResult,
} from '../../client/index.ts';
import { readSaga } from '../../core/item/item.ts';
import { continuedId } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';
import type { Scenario, Subject } from './scenario.ts';

/**
 * How a run ends or is interrupted. Of an Express run `handed-over`: goes on as a Standard one; `lost`: its caller got no answer, and asks
 * `client.outcome`; `not-started`: so the caller is told.
 */
export type End = RunOutcome | 'handed-over' | 'lost' | 'not-started';

export interface Course {
  /** In order: of a stuck run with those after its redrives, of an Express run with what came before. */
  readonly ends: readonly End[];
  /** The error that the run ends with when nothing is redriven, if it does. */
  readonly error?: string | undefined;
  /** Of an Express run that its caller is told to have been written. */
  readonly told?: { readonly run?: string; readonly version?: number | null | undefined };
}

export interface Conditions {
  /** The item before the run. */
  readonly item: Item | undefined;
  readonly atFirstPause?: (() => Promise<void>) | undefined;
  /** What a person mends before the run is redriven, or asked about again: from the second time on everything. */
  mend(time: number): void;
}

/** What a redrive may meet: first the call works again, then what failed by design as well. */
export const REDRIVES = 2;

/** @throws {NeverEnds} */
export function courseOf(
  scenario: Scenario,
  subject: Subject,
  input: object,
  conditions: Conditions,
): Promise<Course> {
  const by = scenario.lane === 'express' ? expressCourse : standardCourse;
  return by(scenario, subject, input, conditions);
}

async function standardCourse(
  { operation, overwrites }: Scenario,
  { stand, id }: Subject,
  input: object,
  conditions: Conditions,
): Promise<Course> {
  const whole = { key: { id }, ...input, ...(overwrites && { overwrite: true }) };
  const arn = await stand.start(operation, whole);
  const end = await stand.end(arn, conditions.atFirstPause);
  const ends: End[] = [outcomeOf(end)];
  await redrive(stand, arn, ends, conditions);
  return { ends, error: end.error };
}

/** Redrives a run as long as it is stuck, which adds to its ends. */
async function redrive(
  stand: Subject['stand'],
  arn: string,
  ends: End[],
  { mend }: Conditions,
): Promise<void> {
  for (let redrives = 1; ends.at(-1) === 'stuck' && redrives <= REDRIVES; redrives += 1) {
    mend(redrives);
    await stand.redrive(arn);
    ends.push(outcomeOf(await stand.end(arn)));
  }
}

async function expressCourse(
  scenario: Scenario,
  subject: Subject,
  input: object,
  conditions: Conditions,
): Promise<Course> {
  const { stand, id } = subject;
  const ends: End[] = [];
  try {
    const result = await stand.whenDone(
      (client, signal) => written(client, scenario, { key: { id }, ...contentsOf(input) }, signal),
      conditions.atFirstPause,
    );
    if (isContinued(result.executionArn)) ends.push('handed-over');
    ends.push(result.cleanup === 'deferred' ? 'cleanup-deferred' : 'committed');
    return { ends, told: { run: result.run, version: result.version } };
  } catch (error) {
    if (error instanceof AnswerLost) {
      ends.push('lost');
      return { ends, ...(await askedFor(subject, error.run, ends, conditions)) };
    }
    const end = endOf(error);
    if (end === undefined) throw error;
    const { executionArn } = error as Stuck;
    if (isContinued(executionArn)) ends.push('handed-over');
    ends.push(end);
    if (end === 'stuck') await redrive(stand, executionArn, ends, conditions);
    return { ends, error: nameOf(error as Error) };
  }
}

function written(
  client: LargeItemClient,
  { operation, overwrites }: Scenario,
  input: Parameters<LargeItemClient['put']>[0],
  signal: AbortSignal,
): Promise<WriteResult> {
  const options = { lane: 'express', signal } as const;
  switch (operation) {
    case 'create':
      return overwrites ? client.put(input, options) : client.create(input, options);
    case 'update':
      return client.update(input, options);
    case 'delete':
      return client.delete(input, options);
  }
}

/** The client takes content as it is where a saga's input says of which kind it is. */
function contentsOf(input: { readonly largeAttributes?: Readonly<Record<string, object>> }): object {
  if (input.largeAttributes === undefined) return input;
  const contents = Object.entries(input.largeAttributes).map(([name, content]) => [
    name,
    'text' in content ? content.text : content,
  ]);
  return { ...input, largeAttributes: Object.fromEntries(contents) };
}

/** Asks what has become of a run whose answer was lost, and again where that fails. */
async function askedFor(
  { stand }: Subject,
  run: ExpressRun,
  ends: End[],
  conditions: Conditions,
): Promise<Pick<Course, 'told'>> {
  const saga = conditions.item && readSaga(conditions.item);
  const before = saga && { createdBy: saga.createdBy, version: saga.version };
  for (let time = 1; ; time += 1) {
    try {
      const { outcome, version } = await stand.whenDone((client, signal) =>
        client.outcome(run, { before, signal }),
      );
      ends.push(ENDS[outcome]);
      return outcome === 'written' ? { told: { version } } : {};
    } catch (error) {
      const isStuck = endOf(error) === 'stuck';
      if (!isStuck && !(error instanceof StartFailed)) throw error;
      if (isStuck) ends.push('stuck');
      if (time > REDRIVES) return {};
      conditions.mend(time);
      if (isStuck) {
        await stand.redrive((error as Stuck).executionArn);
        await stand.end((error as Stuck).executionArn);
      }
    }
  }
}

const ENDS = { written: 'committed', 'not-written': 'rolled-back', unknown: 'unknown' } as const;

function endOf(error: unknown): End | undefined {
  if (error instanceof Rejected) return 'rejected';
  if (error instanceof RolledBack) return 'rolled-back';
  if (error instanceof OutcomeUnknown) return 'unknown';
  if (error instanceof StartFailed) return 'not-started';
  return error instanceof Stuck ? 'stuck' : undefined;
}

/** As the execution is answered. */
function nameOf(error: Error): string {
  return error instanceof Rejected || error instanceof RolledBack
    ? `${error.name}.${error.reason}`
    : error.name;
}

function isContinued(executionArn: string | undefined): boolean {
  return continuedId(executionArn?.split(':').at(-1) ?? '') !== undefined;
}
