// What a long write is doing, on one line of a terminal that is gone when it ends.

import { cut } from '../audit/text.ts';
import type { Progress } from '../client/index.ts';
import type { Output } from './io.ts';

/** Shorter writes show nothing. */
const SHOWN_AFTER_MS = 700;
const ERASE_LINE = '\r\u001b[K';

export interface ProgressLine {
  update(progress: Progress): void;
  /** Erases the line. */
  end(): void;
}

/** On anything but a terminal nothing is written. */
export function progressLine(output: Output): ProgressLine {
  if (!output.isTTY) return { update: () => undefined, end: () => undefined };
  const startedAt = performance.now();
  let shown = '';
  let text = '';
  const show = (): void => {
    if (text === shown) return;
    output.write(ERASE_LINE + cut(text, (output.columns ?? 80) - 1));
    shown = text;
  };
  const timer = setTimeout(show, SHOWN_AFTER_MS);
  return {
    update: (progress) => {
      text = describe(progress);
      if (performance.now() - startedAt > SHOWN_AFTER_MS) show();
    },
    end: () => {
      clearTimeout(timer);
      if (shown !== '') output.write(ERASE_LINE);
    },
  };
}

function describe(progress: Progress): string {
  if (progress.phase === 'waiting') return `waiting for ${progress.executionArn.split(':').at(-1)}`;
  const { attribute, bytes, total } = progress;
  const part = total === undefined || total === 0 ? '' : ` (${Math.floor((bytes / total) * 100)} %)`;
  return `uploading ${attribute}: ${formatBytes(bytes)}${part}`;
}

/** `0 B`, `1.5 KB`, `20 MB`, in powers of 1,024. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const amount = bytes / 1024 ** power;
  return `${power === 0 || amount >= 10 ? Math.round(amount) : amount.toFixed(1)} ${units[power]}`;
}
