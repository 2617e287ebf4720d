// Reads back the executions that an earlier process kept.

import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { DataError, readRecords } from '../../data/index.ts';
import type { Execution } from '../execution.ts';
import { History, type HistoryEvent } from '../history.ts';
import { parseOrRefuse, type Revision } from '../machines.ts';
import { FrameTable } from './frame-changes.ts';
import type { FolderJournal } from './journal.ts';
import type { ExecutionRecord, ExecutionStart, ExecutionState } from './records.ts';

export interface RestoreOptions {
  readonly journal: FolderJournal;
  readonly clock: Clock;
  /** Told of every event from now on. */
  readonly historyGrew?: ((execution: Execution, event: HistoryEvent) => void) | undefined;
}

/**
 * All executions in the order of their start, as they were at the last record. What ran when the process ended still says
 * RUNNING, and runs no more.
 * @throws {DataError} when a file is damaged, or holds what this version cannot run
 */
export function restoreExecutions(options: RestoreOptions): Execution[] {
  const { journal } = options;
  const revisions = new Map<string, Revision>();
  const revisionOf = (id: string): Revision => {
    const revision = revisions.get(id) ?? readRevision(join(journal.revisions, `${id}.json`));
    revisions.set(id, revision);
    return revision;
  };
  const executions = readdirSync(journal.executions)
    .sort()
    .flatMap((file) => {
      const path = join(journal.executions, file);
      const kept = readKept(path);
      if (kept === undefined) {
        rmSync(path); // Cut off in its first record: nobody was told of it.
        return [];
      }
      return within(path, () => restore(kept, revisionOf(kept.start.revisionId), options));
    });
  // Those whose executions have been let go.
  for (const file of readdirSync(journal.revisions)) {
    if (!revisions.has(basename(file, '.json'))) rmSync(join(journal.revisions, file));
  }
  return executions;
}

interface KeptExecution {
  readonly start: ExecutionStart;
  state: ExecutionState;
  readonly events: HistoryEvent[];
  readonly frames: FrameTable;
}

function readKept(path: string): KeptExecution | undefined {
  let kept: KeptExecution | undefined;
  for (const line of readRecords(path)) {
    const { start, state, events, frames } = line as ExecutionRecord;
    if (start && state) kept = { start, state, events: [], frames: new FrameTable() };
    if (kept === undefined) throw new DataError(`${path} is damaged: its first record is missing`);
    if (state) kept.state = state;
    for (const event of events) kept.events.push(event);
    if (frames.anew) kept.frames.clear();
    for (const change of frames.changes) kept.frames.apply(change);
  }
  return kept;
}

function restore(
  { start, state, events, frames }: KeptExecution,
  revision: Revision,
  { journal, clock, historyGrew }: RestoreOptions,
): Execution {
  const { revisionId: _, ...given } = start;
  const history = new History(
    clock,
    (event) => {
      journal.touch(execution);
      historyGrew?.(execution, event);
    },
    events,
  );
  const { output, error, cause, stoppedAt, redrivenAt, ...rest } = state;
  const execution: Execution = {
    ...given,
    ...rest,
    output,
    error,
    cause,
    stoppedAt,
    redrivenAt,
    revision,
    history,
    root: frames.build(revision.machine),
    controller: undefined,
  };
  journal.adopt(execution);
  return execution;
}

function readRevision(path: string): Revision {
  return within(path, () => {
    const [revision] = [...readRecords(path)] as Omit<Revision, 'machine'>[];
    if (revision === undefined) throw new Error('the file is missing or empty');
    return { ...revision, machine: parseOrRefuse(revision.definition) };
  });
}

function within<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
