// What a command uses of the process around it, so that tests can run commands without one.

import type { Readable, Writable } from 'node:stream';

/** A stream to write to that may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface Io {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Calls `listener` at the next of these signals; the one after it ends the process at once.
   * @returns stops listening
   */
  onSignal(signals: readonly NodeJS.Signals[], listener: (signal: NodeJS.Signals) => void): () => void;
  /**
   * What Ctrl-C leaves behind as far as the command knows by now, for one that does not end by itself within a second:
   * it may hang in a call that nobody answers. A command that ends in time says it more exactly.
   */
  readonly interruption: { says: string };
}

/** Of the process itself. */
export function processIo(): Io {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    interruption: { says: 'interrupted' },
    onSignal(signals, listener) {
      const once = (signal: NodeJS.Signals): void => {
        stop();
        listener(signal);
      };
      const stop = (): void => {
        for (const signal of signals) process.off(signal, once);
      };
      for (const signal of signals) process.on(signal, once);
      return stop;
    },
  };
}

/** Columns of the terminal; 80 where there is none, or one that does not know and says 0. */
export function widthOf({ columns }: Output): number {
  return columns || 80;
}

/** Writes a line and waits until the stream has taken it. */
export function print(output: Output, line: string): Promise<void> {
  return write(output, `${line}\n`);
}

export function write(output: Output, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

/** Whether colours are wanted: on a terminal, unless NO_COLOR (no-color.org) or a dumb terminal says otherwise. */
export function wantsColor(output: Output, env: Io['env']): boolean {
  return output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}
