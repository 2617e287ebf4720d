// Whether the page is as narrow as on a phone; the styles have the same limit.

import { useSyncExternalStore } from 'react';

const NARROW = matchMedia('(max-width: 760px)');

function subscribe(listener: () => void): () => void {
  NARROW.addEventListener('change', listener);
  return () => NARROW.removeEventListener('change', listener);
}

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => NARROW.matches);
}
