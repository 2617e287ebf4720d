// What the console is looking at, for every part of the page; and what follows from the table's key.

import { createContext, useContext } from 'react';
import type { KeyTexts } from '../../audit/index.ts';
import { OPERATIONS, type Operation, type Session } from '../api.ts';
import { formatKeyText } from '../key-text.ts';

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('used outside of a session');
  return session;
}

/** Texts of keys, as the table's key attributes are in order. */
export function useKeyText(): (key: KeyTexts) => string {
  const { store } = useSession();
  return (key) => formatKeyText(key, store.key);
}

/** Operation and name of a run of the store. */
export function runOfArn(
  executionArn: string,
  { store }: Session,
): { readonly operation: Operation; readonly name: string } | undefined {
  const [machine = '', name = '', uuid] = partsOf(executionArn);
  const machines = uuid === undefined ? store.stateMachines : store.express?.stateMachines;
  const operation = OPERATIONS.find((each) => machines?.[each] === machine);
  return operation && { operation, name: uuid === undefined ? name : `${name}:${uuid}` };
}

/** The state machine's ARN, the execution's name, and of an Express execution its UUID. */
function partsOf(executionArn: string): readonly string[] {
  const parts = executionArn.split(':');
  return [[...parts.slice(0, 5), 'stateMachine', parts[6]].join(':'), ...parts.slice(7)];
}

/** The run that an object's key or `_saga` names. */
export { parseRun as runOfText } from '../../core/keys/run.ts';
