// One cell of the fault sweep: a run of which one call fails in one way, and what that left behind.

import { readPointers, readSaga } from '../../core/item/item.ts';
import type { Item } from '../../core/values/attributes.ts';
import type { FaultInput } from '../../local/index.ts';
import { type Course, courseOf, type End, REDRIVES } from './courses.ts';
import type { Kind, SweptService } from './kinds.ts';
import { keyOf, RIVAL, type Scenario, type Subject } from './scenario.ts';
import { NeverEnds, type Stand } from './stand.ts';

/** One of the calls that a scenario's run makes. */
export interface SweptCall {
  /** The function that makes it, the operation, and which of several it is: `PutObject: UploadPartCopy 2`. */
  readonly label: string;
  readonly service: SweptService;
  readonly operation: string;
  /** The function that is invoked, or what the input of a start has. */
  readonly match?: string;
  /** Calls like it that come before. */
  readonly skip: number;
}

export interface Cell {
  readonly scenario: Scenario;
  readonly call: SweptCall;
  readonly kind: Kind;
  /** This call alone, or it and every later one like it. */
  readonly often: 'once' | 'for good';
}

export interface CellResult {
  readonly cell: Cell;
  readonly ends: readonly End[];
  /** What the protocol does not allow, in words. */
  readonly violations: readonly string[];
}

/** From then on DynamoDB may have forgotten a write's token. */
export const TOKEN_FORGOTTEN_MS = 11 * 60_000;
const WRITTEN: ReadonlySet<End> = new Set(['committed', 'cleanup-deferred']);
const NOT_WRITTEN: ReadonlySet<End> = new Set(['rejected', 'rolled-back', 'not-started']);
/** Ends that may leave objects to the sweeper (docs/errors.md). */
const MAY_LEAVE: ReadonlySet<End> = new Set(['cleanup-deferred', 'unknown']);

interface Before {
  readonly item: Item | undefined;
  readonly rivals: number;
}

/**
 * A run that never ends is a violation, and no hang.
 * @param pauseMs - how long after it got stuck a run is redriven, in the cloud's time
 */
export async function runCell(cell: Cell, subject: Subject, pauseMs = 0): Promise<CellResult> {
  try {
    return await runToItsEnd(cell, subject, pauseMs);
  } catch (error) {
    if (!(error instanceof NeverEnds)) throw error;
    return { cell, ends: ['running'], violations: [error.message] };
  }
}

async function runToItsEnd(cell: Cell, subject: Subject, pauseMs: number): Promise<CellResult> {
  const { stand } = subject;
  const { scenario } = cell;
  const { faults, clock } = stand.cloud;
  faults.clear();
  await scenario.prepare?.(subject);
  const input = await scenario.input(subject);
  const item = await stand.item(keyOf(subject));
  const byDesign = scenario.faults?.(subject) ?? [];
  faults.inject(faultOf(cell));
  for (const fault of byDesign) faults.inject(fault);

  let rivals = 0;
  let met = false;
  const course = await courseOf(scenario, subject, input, {
    item,
    atFirstPause: async () => {
      if (await scenario.rival?.(subject)) rivals += 1;
    },
    mend: (time) => {
      met ||= (faults.list()[0]?.fired ?? 0) > 0;
      faults.clear();
      if (time < REDRIVES) {
        for (const fault of byDesign) if (fault.times === 'always') faults.inject(fault);
      }
      clock.advance(pauseMs);
    },
  });
  met ||= (faults.list()[0]?.fired ?? 0) > 0;
  faults.clear();
  await stand.drain();
  const violations = await violationsOf(cell, subject, course, { item, rivals });
  return { cell, ends: course.ends, violations: met ? violations : ['the call was not made', ...violations] };
}

function faultOf({ call, kind, often }: Cell): FaultInput {
  const { service, operation, match, skip } = call;
  const failure = kind.of[service];
  if (failure === undefined) throw new Error(`${service} cannot fail as ${kind.name}`);
  return {
    service,
    operation,
    skip,
    ...failure,
    ...(match && { match }),
    times: often === 'once' ? 1 : 'always',
  };
}

async function violationsOf(
  { scenario, call }: Cell,
  subject: Subject,
  { ends, told }: Course,
  before: Before,
): Promise<string[]> {
  const { stand } = subject;
  const item = await stand.item(keyOf(subject));
  const { objects, uploads } = await stand.stored(keyOf(subject));
  const pointed = pointedKeys(stand, item);
  const applied = isApplied(scenario, item, before);
  const end = ends.at(-1) as End;
  const found: string[] = [];
  const expect = (holds: boolean, otherwise: string): void => {
    if (!holds) found.push(otherwise);
  };
  expect(
    pointed.every((key) => objects.includes(key)),
    'the item points at an object that is not there',
  );
  expect(WRITTEN.has(end) ? applied : true, `${end}, but not applied`);
  expect(NOT_WRITTEN.has(end) ? !applied : true, `${end}, but applied`);
  expect(WRITTEN.has(end) || NOT_WRITTEN.has(end) || end === 'unknown', `${end} after ${REDRIVES} redrives`);
  // An answer is lost with the call that is to bring it, or with the start of what would go on.
  expect(!ends.includes('lost') || call.service === 'states' || scenario.loses === true, 'no answer');
  if (item !== undefined) {
    const version = versionOf(before.item) + before.rivals + (applied ? 1 : 0);
    expect(versionOf(item) === version, `version ${versionOf(item)} instead of ${version}`);
    const run = readSaga(item)?.writtenBy;
    if (run !== RIVAL) {
      expect(
        !told?.version || told.version === version,
        `told version ${told?.version} instead of ${version}`,
      );
      expect(!told?.run || told.run === run, `told of the run ${told?.run} instead of ${run}`);
    }
    if (before.item !== undefined) {
      const counted = 'writes' in item && 'N' in item.writes ? item.writes.N : 'nothing';
      const writes = applied ? '1' : '0';
      expect(counted === writes, `the count of writes is ${counted} instead of ${writes}`);
    }
  }
  // Who settles a run knows what that has put, and not what it has replaced.
  const leaves = MAY_LEAVE.has(end) || (ends.includes('lost') && WRITTEN.has(end));
  if (!leaves) {
    expect(objects.length === pointed.length, `${objects.length - pointed.length} objects left behind`);
    expect(uploads.length === 0, 'unfinished uploads left behind');
  }
  return found;
}

/** Whether the run's write took effect, once at least. */
function isApplied({ operation }: Scenario, item: Item | undefined, before: Before): boolean {
  if (operation === 'delete') return item === undefined;
  if (item === undefined) return false;
  if (operation === 'create') {
    const writtenBy = readSaga(item)?.writtenBy;
    return writtenBy !== RIVAL && writtenBy !== (before.item && readSaga(before.item)?.writtenBy);
  }
  const { writes } = item;
  return writes !== undefined && 'N' in writes && Number(writes.N) > 0;
}

function versionOf(item: Item | undefined): number {
  return (item && readSaga(item)?.version) ?? 0;
}

function pointedKeys({ descriptor }: Stand, item: Item = {}): string[] {
  const start = `s3://${descriptor.bucket}/`;
  return [...readPointers(item, descriptor).values()].map((uri) => uri.slice(start.length));
}
