// Runs a machine from where its frame stands to its end, state by state.

import { isDistributed, type State } from '../definition/types.ts';
import { StateFailure } from '../failure.ts';
import { runChoice } from './choices.ts';
import { attemptDistributedMap } from './distributed-maps.ts';
import { runFail } from './fails.ts';
import { currentState } from './frame.ts';
import { attemptMap } from './maps.ts';
import { attemptParallel } from './parallels.ts';
import { recovering } from './recover.ts';
import { attemptTask } from './tasks.ts';
import type { Thread } from './thread.ts';
import { enter, leave } from './visit.ts';
import { runWait } from './waits.ts';

/**
 * Runs until the frame has succeeded; its output is then in the frame. Returns its last event.
 * @throws {StateFailure} what no state took up, with the event that it follows
 * @throws {Aborted} when the thread was stopped
 */
export async function runMachine(thread: Thread): Promise<number> {
  const { frame } = thread;
  frame.status = 'running';
  try {
    while (frame.status === 'running') await runState(thread, currentState(frame));
    return frame.lastEventId;
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    throw error.eventId === undefined ? error.at(frame.lastEventId) : error;
  }
}

async function runState(thread: Thread, state: State): Promise<void> {
  switch (state.type) {
    case 'Pass':
    case 'Succeed':
      return leave(enter(thread, state), state, thread.frame.input);
    case 'Fail':
      return runFail(enter(thread, state));
    case 'Choice':
      return runChoice(enter(thread, state));
    case 'Wait':
      return runWait(enter(thread, state));
    case 'Task': {
      const visit = enter(thread, state);
      return recovering(visit, () => attemptTask(visit));
    }
    case 'Parallel': {
      const visit = enter(thread, state);
      return recovering(visit, () => attemptParallel(visit, runMachine));
    }
    case 'Map': {
      if (isDistributed(state)) {
        const visit = enter(thread, state);
        return recovering(visit, () => attemptDistributedMap(visit));
      }
      const visit = enter(thread, state);
      return recovering(visit, () => attemptMap(visit, runMachine));
    }
  }
}
