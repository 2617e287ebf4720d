// Keys that work everywhere: `/` to search, `?` for help, `g` for the list, Esc back to it.

import { useEffect, useState } from 'react';
import { navigate } from '../router.ts';

export const SEARCH_FIELD = 'search-field';

export interface Help {
  readonly isOpen: boolean;
  open(): void;
  close(): void;
}

export function useShortcuts(view: string): Help {
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector('dialog[open]') || isTyping(event.target)) return;
      if (event.key === '/') enterSearch();
      else if (event.key === '?') setIsOpen(true);
      else if (event.key === 'g') navigate('/');
      else if (event.key === 'Escape' && view !== 'runs') leave();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [view]);
  return { isOpen, open: () => setIsOpen(true), close: () => setIsOpen(false) };
}

/** What was looked for before gives way to what is typed next. */
function enterSearch(): void {
  const field = document.getElementById(SEARCH_FIELD) as HTMLInputElement | null;
  field?.focus();
  field?.select();
}

/** Back to where the view was opened from, or to the list when the page began with it. */
function leave(): void {
  if (history.state === 'followed') history.back();
  else navigate('/');
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, select, textarea') !== null;
}
