// Something that is loaded, shown while it is loaded anew, and kept current for as long as it changes by itself.

import { useCallback, useEffect, useState } from 'react';
import { useVisible } from './use-visible.ts';

export interface Resource<T> {
  readonly data: T | undefined;
  /** Of the last try; `data` may still hold what was loaded before. */
  readonly error: unknown;
  readonly isLoading: boolean;
  reload(): void;
}

interface State<T> {
  readonly key: string;
  readonly data?: T;
  readonly error?: unknown;
  readonly loads: number;
}

/**
 * @param key - names what `load` loads; another key forgets what was loaded
 * @param pollMs - after how long it is loaded again; undefined: when somebody asks
 */
export function useResource<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  pollMs: (data: T) => number | undefined = () => undefined,
): Resource<T> {
  const [state, setState] = useState<State<T>>({ key, loads: 0 });
  const [asked, setAsked] = useState(0);
  const isVisible = useVisible();
  const current: State<T> = state.key === key ? state : { key, loads: 0 };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for `load`; `asked` loads it again.
  useEffect(() => {
    const controller = new AbortController();
    const settle = (outcome: { data: T } | { error: unknown }) => {
      if (controller.signal.aborted) return;
      setState((before) => ({
        ...(before.key === key && before.data !== undefined && { data: before.data }),
        ...outcome,
        key,
        loads: before.loads + 1,
      }));
    };
    load(controller.signal).then(
      (data) => settle({ data }),
      (error: unknown) => settle({ error }),
    );
    return () => controller.abort();
  }, [key, asked]);

  const reload = useCallback(() => setAsked((count) => count + 1), []);
  const interval = current.data === undefined ? undefined : pollMs(current.data);
  useEffect(() => {
    if (interval === undefined || !isVisible || current.loads === 0) return;
    const timer = setTimeout(reload, interval);
    return () => clearTimeout(timer);
  }, [interval, isVisible, current.loads, reload]);

  return {
    data: current.data,
    error: current.error,
    isLoading: current.data === undefined && current.error === undefined,
    reload,
  };
}
