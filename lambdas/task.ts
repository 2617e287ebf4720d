// What every task shares: the store it works on, and how its errors reach the state machine.

import { storeOf, sweepSettingsOf } from '../core/contract/settings.ts';
import type { Store, SweepSettings } from '../core/contract/store-types.ts';
import { SagaError } from '../core/errors/errors.ts';
import type { SweptStore } from '../core/sweep/named-object.ts';
import { type LoggedEvent, logged } from './log.ts';

/**
 * The store that the construct describes in the variable `STORE` of every function.
 * @throws {Error} when there is none, or not a valid one
 */
export function storeFromEnvironment(): Store {
  return storeOf(process.env.STORE);
}

/** What a task uses of Lambda's context. */
export interface TaskContext {
  getRemainingTimeInMillis(): number;
}

/** For whoever calls a handler outside of Lambda: as long as any function may run. */
const UNHURRIED: TaskContext = { getRemainingTimeInMillis: () => 900_000 };

/**
 * The same, and what the variable `SWEEP` says for the tasks of a sweep.
 * @throws {Error} when there is none, or not a valid one
 */
export function sweepFromEnvironment(): SweepSettings & { readonly store: SweptStore } {
  const settings = sweepSettingsOf(process.env.SWEEP);
  return { ...settings, store: { ...storeFromEnvironment(), reportPrefix: settings.reportPrefix } };
}

/**
 * A Lambda handler that leaves a line in the log, and throws a {@link SagaError} so that its name is what Retry and Catch
 * match, and its message is the whole reason as JSON text: the runtime passes nothing else on.
 */
export function task<Event extends object, Result>(
  work: (event: Event, context: TaskContext) => Promise<Result>,
): (event: Event & LoggedEvent, context?: TaskContext) => Promise<Result> {
  const store = storeFromEnvironment();
  return async (event, context = UNHURRIED) => {
    try {
      return await logged(event, store, () => work(event, context));
    } catch (error) {
      if (!(error instanceof SagaError)) throw error;
      const answer = new Error(JSON.stringify(error.reason));
      answer.name = error.name;
      throw answer;
    }
  };
}
