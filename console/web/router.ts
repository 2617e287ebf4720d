// The page's addresses: the list of runs, a run, an item. Every view and filter is one, so that each can be a link.

import { useSyncExternalStore } from 'react';
import { OPERATIONS, type Operation } from '../api.ts';

export type Route =
  | { readonly view: 'runs' }
  | { readonly view: 'run'; readonly operation: Operation; readonly name: string }
  | { readonly view: 'item'; readonly key: string }
  | { readonly view: 'nowhere' };

export type Search = Readonly<Record<string, string | undefined>>;

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

/** Path and query of the address, as they change. */
export function useAddress(): { readonly path: string; readonly search: URLSearchParams } {
  const address = useSyncExternalStore(subscribe, () => location.pathname + location.search);
  const [path = '/', query = ''] = address.split('?');
  return { path, search: new URLSearchParams(query) };
}

export function routeOf(path: string, search: URLSearchParams): Route {
  if (path === '/') return { view: 'runs' };
  if (path === '/items') return { view: 'item', key: search.get('key') ?? '' };
  const [, operation, name] = /^\/runs\/([a-z]+)\/([^/]+)$/.exec(path) ?? [];
  const known = OPERATIONS.find((each) => each === operation);
  if (known === undefined || name === undefined) return { view: 'nowhere' };
  try {
    return { view: 'run', operation: known, name: decodeURIComponent(name) };
  } catch {
    return { view: 'nowhere' }; // a stray percent sign
  }
}

/** @param replace - instead of a new entry in the browser's history */
export function navigate(address: string, { replace = false } = {}): void {
  if (address === location.pathname + location.search) return;
  // The state tells that there is a view of this page to go back to.
  if (replace) history.replaceState(history.state, '', address);
  else history.pushState('followed', '', address);
  for (const listener of listeners) listener();
}

/** The address with some of its query changed; undefined leaves a parameter out. */
export function withSearch(path: string, search: URLSearchParams, change: Search): string {
  const changed = new URLSearchParams(search);
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === '') changed.delete(name);
    else changed.set(name, value);
  }
  const query = changed.toString();
  return query === '' ? path : `${path}?${query}`;
}

export { runAddress } from '../run-address.ts';

export function itemAddress(key: string): string {
  return `/items?${new URLSearchParams({ key })}`;
}
