// Keeps executions in a folder as they go: a file for each, to which is appended what has changed, and a file for each
// revision of a state machine that executions started with.
// What changes is written before the next call to another service and before the next answer: nobody has seen an effect
// of an execution, or been told of it, that a process which is killed would have to take back.

import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { appendRecords, attempt, disk, replaceRecords } from '../../data/index.ts';
import type { Execution } from '../execution.ts';
import type { Frame } from '../run/frame.ts';
import { FrameTracker } from './frame-changes.ts';
import { type ExecutionRecord, startOf, stateOf } from './records.ts';

export interface Journal {
  /** Notes that the execution changes in this turn of the event loop; it is written by its end. */
  touch(execution: Execution): void;
  /** Writes what has changed. @throws the system's error; the next flush tries again */
  flush(): void;
  /** Whether all is written that has changed of an execution, or of all where none is named. */
  isWritten(executionArn: string | undefined): boolean;
  /** Removes what is kept of an execution. */
  forget(execution: Execution): void;
}

/** For executions that are only in memory. */
export const NO_JOURNAL: Journal = {
  touch: () => undefined,
  flush: () => undefined,
  isWritten: () => true,
  forget: () => undefined,
};

/** What of an execution is in its file. */
interface Kept {
  started: boolean;
  events: number;
  /** The JSON text of its state. */
  state: string;
  /** While it runs. */
  frames: { readonly root: Frame; readonly tracker: FrameTracker } | undefined;
}

export class FolderJournal implements Journal {
  /** Folders of the files. */
  readonly executions: string;
  readonly revisions: string;
  readonly #keptRevisions: Set<string>;
  readonly #kept = new WeakMap<Execution, Kept>();
  readonly #changed = new Set<Execution>();
  #flushing: NodeJS.Immediate | undefined;

  constructor(folder: string) {
    this.executions = join(folder, 'executions');
    this.revisions = join(folder, 'revisions');
    mkdirSync(this.executions, { recursive: true });
    mkdirSync(this.revisions, { recursive: true });
    this.#keptRevisions = new Set(readdirSync(this.revisions));
  }

  touch(execution: Execution): void {
    this.#changed.add(execution);
    this.#flushing ??= setImmediate(() => {
      this.#flushing = undefined;
      try {
        this.flush();
      } catch {
        // The next call or answer tries again, and fails if that does.
      }
    });
  }

  flush(): void {
    const failures: unknown[] = [];
    for (const execution of this.#changed) {
      try {
        this.#write(execution);
        this.#changed.delete(execution);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  isWritten(executionArn: string | undefined): boolean {
    return ![...this.#changed].some(({ arn }) => executionArn === undefined || arn === executionArn);
  }

  forget(execution: Execution): void {
    this.#changed.delete(execution);
    this.#kept.delete(execution);
    // Should it stay, the next start has the execution again.
    attempt(() => disk.rmSync(this.#path(execution), { force: true }));
  }

  /** Takes up an execution that has been read from its file. */
  adopt(execution: Execution): void {
    const state = JSON.stringify(stateOf(execution));
    const events = execution.history.events.length;
    this.#kept.set(execution, { started: true, events, state, frames: undefined });
  }

  #write(execution: Execution): void {
    const kept = this.#kept.get(execution) ?? { started: false, events: 0, state: '', frames: undefined };
    const { events } = execution.history;
    const state = JSON.stringify(stateOf(execution));
    const known = kept.frames?.root === execution.root ? kept.frames : undefined;
    const frames = known ?? { root: execution.root, tracker: new FrameTracker() };
    const record: ExecutionRecord = {
      ...(!kept.started && { start: startOf(execution) }),
      ...(state !== kept.state && { state: stateOf(execution) }),
      events: events.slice(kept.events),
      frames: { anew: known === undefined, changes: frames.tracker.changesBelow(execution.root) },
    };
    // Should the writing fail, the tracker has lost its place: the frames are written anew the next time.
    this.#kept.set(execution, { ...kept, frames: undefined });
    if (!kept.started) this.#writeRevision(execution);
    appendRecords(this.#path(execution), [record]);
    this.#kept.set(execution, {
      started: true,
      events: events.length,
      state,
      frames: execution.status === 'RUNNING' ? frames : undefined,
    });
  }

  #writeRevision({ revision: { machine: _, ...revision } }: Execution): void {
    const name = `${revision.id}.json`;
    if (this.#keptRevisions.has(name)) return;
    replaceRecords(join(this.revisions, name), [revision]);
    this.#keptRevisions.add(name);
  }

  /** In the order of their start. */
  #path({ sequence }: Execution): string {
    return join(this.executions, `${String(sequence).padStart(12, '0')}.log`);
  }
}
