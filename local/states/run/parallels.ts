// Parallel states: every branch gets the same input; the result is the list of their outputs.

import type { ParallelState } from '../definition/types.ts';
import { evaluate } from '../expressions/template.ts';
import { limitedText } from '../failure.ts';
import type { Json } from '../json.ts';
import { createFrame, type Frame } from './frame.ts';
import { GroupFailure, type RunMember, runGroup, writeGroupFailed } from './group.ts';
import { emit, emitAside, type Thread } from './thread.ts';
import { evaluating, leave, scopeOf, type Visit } from './visit.ts';

/** One attempt. A redrive goes on with the branches that did not succeed. */
export async function attemptParallel(visit: Visit<ParallelState>, run: RunMember): Promise<void> {
  const { state, thread } = visit;
  const { frame } = thread;
  frame.children ??= await startBranches(visit);
  const pending = frame.children.filter(({ status }) => status !== 'succeeded');
  for (const branch of pending) branch.lastEventId = frame.lastEventId;
  const members = pending.map((branch) => ({ frame: branch, run }));
  try {
    frame.lastEventId = await runGroup(thread, members, members.length, frame.lastEventId);
  } catch (error) {
    throw groupFailed(thread, error);
  }
  emitAside(thread, 'ParallelStateSucceeded', frame.lastEventId);
  visit.decidedAfter = frame.lastEventId;
  const result = frame.children.map(({ output }) => output);
  limitedText(result, state.name);
  await leave(visit, state, result, { result });
}

async function startBranches(visit: Visit<ParallelState>): Promise<Frame[]> {
  const { state, thread } = visit;
  const input: Json =
    state.arguments === undefined
      ? thread.frame.input
      : await evaluating(visit, evaluate(state.arguments, scopeOf(visit)));
  limitedText(input, state.name);
  emit(thread, 'ParallelStateStarted');
  return state.branches.map((branch) => createFrame(branch, input, thread.frame));
}

/** Writes what became of the branches or iterations; the failure itself is for the state's retriers and catchers. */
export function groupFailed(thread: Thread, error: unknown): unknown {
  if (!(error instanceof GroupFailure)) return error;
  const { failed, failure } = error;
  if (failure.terminal) return failure;
  thread.frame.lastEventId = failure.eventId ?? failed.lastEventId;
  writeGroupFailed(thread.frame, failed, (type, details) =>
    emitAside(thread, type, thread.frame.lastEventId, details),
  );
  return failure;
}
