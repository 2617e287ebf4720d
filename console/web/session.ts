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
  const at = executionArn.lastIndexOf(':');
  const machine = executionArn.slice(0, at).replace(':execution:', ':stateMachine:');
  const operation = OPERATIONS.find((each) => store.stateMachines[each] === machine);
  return operation && { operation, name: executionArn.slice(at + 1) };
}

/** The run that an object's key or `_saga` names. */
export { parseRun as runOfText } from '../../core/keys/run.ts';
