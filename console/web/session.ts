// What the console is looking at, for every part of the page; and what follows from the table's key.

import { createContext, useContext } from 'react';
import type { KeyTexts } from '../../audit/index.ts';
import type { Session } from '../api.ts';
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

/** The run that an object's key or `_saga` names. */
export { parseRun as runOfText } from '../../core/keys/run.ts';
