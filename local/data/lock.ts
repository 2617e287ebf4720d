// One process at a time works on a data folder: a file in it names the one that does.

import { linkSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from './errors.ts';

export const LOCK_FILE = 'lock.json';

interface Owner {
  readonly pid: number;
  /** When the process began, where the system tells: ids of processes are given again. */
  readonly began: string | undefined;
}

/** The folders that this process works on. */
const held = new Set<string>();

/**
 * Takes the folder's lock; one whose process has ended, however it ended, is taken over. Two processes that take over
 * the same lock at the same moment may both succeed here; the database in the folder, which the kernel locks, then lets
 * only one of them go on.
 * @returns a function that gives it back
 * @throws {DataError} when another process, or another cloud of this one, has it
 */
export function lockFolder(folder: string): () => void {
  const place = realpathSync(folder);
  const path = join(place, LOCK_FILE);
  if (held.has(place)) throw inUse(folder, process.pid);
  const other = ownerIn(path);
  if (other && isRunning(other)) throw inUse(folder, other.pid);
  if (other) rmSync(path, { force: true });
  write(path, folder);
  held.add(place);
  return () => {
    if (held.delete(place)) rmSync(path, { force: true });
  };
}

/** The file appears with its content, or not at all. */
function write(path: string, folder: string): void {
  const draft = `${path}.${process.pid}`;
  const owner: Owner = { pid: process.pid, began: beginningOf(process.pid) };
  writeFileSync(draft, JSON.stringify(owner));
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw inUse(folder, ownerIn(path)?.pid);
  } finally {
    rmSync(draft, { force: true });
  }
}

export function inUse(folder: string, pid: number | undefined): DataError {
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return new DataError(`${folder} is in use by ${who}: one local cloud at a time works on a data folder`);
}

function ownerIn(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new DataError(
      `${path} is no lock of the local cloud: delete it if no local cloud uses the folder`,
      {
        cause: error,
      },
    );
  }
}

function isRunning({ pid, began }: Owner): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = beginningOf(pid);
  return began === undefined || now === undefined || now === began;
}

/** Boot and start time of a process on Linux, from /proc; elsewhere undefined. One that nobody has waited for has ended. */
function beginningOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The name, in parentheses, may hold spaces; the start time is the 20th field behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
    const [state] = fields ?? [];
    return state === 'Z' ? 'ended' : `${boot}/${fields?.[19]}`;
  } catch {
    return undefined; // Not Linux, or the process is gone meanwhile.
  }
}
