// Branches and iterations that run at the same time: the first failure stops the others.

import { setMaxListeners } from 'node:events';
import { StateFailure } from '../failure.ts';
import { Aborted } from './baton.ts';
import { currentState, type Frame } from './frame.ts';
import { outside, type Thread } from './thread.ts';

/** Runs a branch or iteration to its end and returns the event that says so. */
export type RunMember = (thread: Thread) => Promise<number>;

export interface Member {
  readonly frame: Frame;
  /** Writes what starts the member; `previousEventId` is the last event of the one whose place it takes. */
  start?(previousEventId: number): void;
  readonly run: RunMember;
}

/** A member failed and the others are stopped; their events are still to be written. */
export class GroupFailure extends Error {
  override readonly name = 'GroupFailure';
  readonly failed: Frame;
  readonly failure: StateFailure;

  constructor(failed: Frame, failure: StateFailure) {
    super(failure.message);
    this.failed = failed;
    this.failure = failure;
  }
}

/**
 * Runs the members in order, `limit` at a time.
 * @returns the event with which the last member ended, or `previousEventId` where there are none
 * @throws {GroupFailure} with the failure that came first
 */
export async function runGroup(
  parent: Thread,
  members: readonly Member[],
  limit: number,
  previousEventId: number,
): Promise<number> {
  const stop = new AbortController();
  const signal = AbortSignal.any([parent.signal, stop.signal]);
  setMaxListeners(0, signal);
  let lastEventId = previousEventId;
  let following = Math.min(limit, members.length);
  let failed = false;

  const work = async (first: Member): Promise<void> => {
    await parent.run.baton.acquire(signal);
    let member: Member | undefined = first;
    while (member !== undefined) {
      lastEventId = await runMember(parent, member, signal);
      const freed = member.frame.lastEventId;
      member = failed ? undefined : members[following++];
      member?.start?.(freed);
    }
    parent.run.baton.release();
  };

  const first = members.slice(0, following);
  for (const member of first) member.start?.(previousEventId);
  const workers = first.map((member) =>
    work(member).catch((error: unknown) => {
      if (error instanceof Aborted) return;
      failed = true;
      parent.run.baton.release();
      throw error;
    }),
  );
  try {
    await outside(parent, Promise.all(workers));
    return lastEventId;
  } finally {
    stop.abort(new Aborted());
  }
}

async function runMember(parent: Thread, { frame, run }: Member, signal: AbortSignal): Promise<number> {
  frame.status = 'running';
  try {
    return await run({ run: parent.run, frame, signal });
  } catch (error) {
    throw error instanceof StateFailure ? new GroupFailure(frame, error) : error;
  }
}

type AddEvent = (type: string, details?: { name: string; index: number }) => void;

/** Writes that states left open are aborted: the frame's own, then those of its branches or iterations. */
export function writeAborted(frame: Frame, add: AddEvent): void {
  if (frame.stage !== 'inside') return;
  const { type } = currentState(frame);
  if (frame.mapRun?.isRunning) add('MapRunAborted');
  if (type === 'Task' || type === 'Wait' || type === 'Map' || type === 'Parallel') add(`${type}StateAborted`);
  for (const child of startedChildren(frame)) writeChildEnded(frame, child, 'Aborted', add);
}

/** Writes that the failed branch or iteration of a state has failed and that the others are aborted. */
export function writeGroupFailed(frame: Frame, failed: Frame, add: AddEvent): void {
  writeChildEnded(frame, failed, 'Failed', add);
  for (const child of startedChildren(frame)) {
    if (child !== failed) writeChildEnded(frame, child, 'Aborted', add);
    child.status = 'failed';
  }
}

function startedChildren(frame: Frame): Frame[] {
  return (frame.children ?? []).filter(({ status }) => status === 'running');
}

function writeChildEnded(frame: Frame, child: Frame, how: 'Failed' | 'Aborted', add: AddEvent): void {
  const { type, name } = currentState(frame);
  if (type === 'Map') add(`MapIteration${how}`, { name, index: child.mapItem?.Index ?? 0 });
  writeAborted(child, add);
}
