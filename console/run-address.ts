// How the page's addresses name runs: by operation and name, and an Express run, whose name may be another's, too, by its UUID as well.

import type { StoreDescriptor } from '../core/contract/store-types.ts';
import { expressRun, OPERATIONS, type Operation } from '../core/keys/run.ts';

interface AddressedRun {
  readonly operation: Operation;
  readonly name: string;
  readonly lane?: 'standard' | 'express' | undefined;
  readonly executionArn?: string | undefined;
  /** As object keys and `_saga` name it: all that they tell of an Express run, whose name there is none of an execution. */
  readonly text?: string | undefined;
}

export function runAddress({ operation, name, lane, executionArn = '', text }: AddressedRun): string {
  if (text !== undefined && expressRun(name) !== undefined)
    return `/runs/${operation}/${encodeURIComponent(text)}`;
  const own = lane === 'express' ? `${name}:${executionArn.split(':').at(-1)}` : name;
  return `/runs/${operation}/${encodeURIComponent(own)}`;
}

/** Operation and name of a run of the store, as its address has them; undefined for others. */
export function runOfArn(
  executionArn: string,
  store: Pick<StoreDescriptor, 'stateMachines' | 'express'>,
): { readonly operation: Operation; readonly name: string } | undefined {
  const parts = executionArn.split(':');
  const machine = [...parts.slice(0, 5), 'stateMachine', parts[6]].join(':');
  const [name = '', uuid] = parts.slice(7);
  const machines = uuid === undefined ? store.stateMachines : store.express?.stateMachines;
  const operation = OPERATIONS.find((each) => machines?.[each] === machine);
  return operation && { operation, name: uuid === undefined ? name : `${name}:${uuid}` };
}
