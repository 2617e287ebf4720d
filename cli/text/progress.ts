// What a long command is doing, on one line of a terminal that is gone when it ends.

import { cut } from '../../audit/drawing/text.ts';
import type { DownloadProgress, Progress } from '../../client/index.ts';
import { type Output, widthOf } from '../io.ts';

/** What takes less shows nothing. */
const SHOWN_AFTER_MS = 700;
const ERASE_LINE = '\r\u001b[K';

/** Redrawn no more often than this. */
const REDRAWN_AFTER_MS = 80;

export interface ProgressLine {
  update(progress: Progress | DownloadProgress): void;
  /** Erases the line. */
  end(): void;
}

/** One line that says what is going on, until it is cleared; then it comes back with the next text. */
export interface StatusLine {
  update(text: string): void;
  /** Makes room for output; the line is drawn again by the next update. */
  clear(): void;
  /** Erases the line for good. */
  end(): void;
}

/** On anything but a terminal nothing is written. */
export function progressLine(output: Output): ProgressLine {
  const line = statusLine(output);
  return { update: (progress) => line.update(describe(progress)), end: line.end };
}

/** On anything but a terminal nothing is written, nor in the first moments. */
export function statusLine(output: Output): StatusLine {
  if (!output.isTTY) return { update: () => undefined, clear: () => undefined, end: () => undefined };
  const startedAt = performance.now();
  let [shown, text, drawnAt] = ['', '', 0];
  const show = (): void => {
    if (text === shown) return;
    output.write(ERASE_LINE + cut(text, widthOf(output) - 1));
    [shown, drawnAt] = [text, performance.now()];
  };
  const clear = (): void => {
    if (shown !== '') output.write(ERASE_LINE);
    shown = '';
  };
  const timer = setTimeout(show, SHOWN_AFTER_MS);
  return {
    update: (latest) => {
      text = latest;
      const now = performance.now();
      if (now - startedAt > SHOWN_AFTER_MS && (shown === '' || now - drawnAt > REDRAWN_AFTER_MS)) show();
    },
    clear,
    end: () => {
      clearTimeout(timer);
      clear();
    },
  };
}

function describe(progress: Progress | DownloadProgress): string {
  if (progress.phase === 'running') return `running ${progress.executionName}`;
  if (progress.phase === 'waiting') return `waiting for ${progress.executionArn.split(':').at(-1)}`;
  const { phase, attribute, bytes, total } = progress;
  const part = total === undefined || total === 0 ? '' : ` (${Math.floor((bytes / total) * 100)} %)`;
  return `${phase} ${attribute}: ${formatBytes(bytes)}${part}`;
}

/** `0 B`, `1.5 KB`, `20 MB`, in powers of 1,024. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const amount = bytes / 1024 ** power;
  return `${power === 0 || amount >= 10 ? Math.round(amount) : amount.toFixed(1)} ${units[power]}`;
}
