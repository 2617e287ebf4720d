// Every call by which the stores change what is in a data folder, in one place: so that a test can let any of them fail.

import { closeSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** Of Node.js, but for `commit`. Tests put others in their place. */
export const disk = {
  closeSync,
  ftruncateSync,
  open,
  openSync,
  renameSync,
  rmSync,
  writeSync,
  /** Has a database write what it is given. */
  commit: (write: () => Promise<void>): Promise<void> => write(),
};

/** For what may as well stay undone: it is tried again later, or tidied up at the next start. */
export function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // As its caller says, nothing is lost by it.
  }
}
