// Where the program of a function's thread is.

import { workerProgram } from '../worker-program.ts';

let entry: Promise<URL> | undefined;

/** What a `Worker` is started with. */
export function workerEntry(): Promise<URL> {
  entry ??= workerProgram(
    new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
  );
  return entry;
}
