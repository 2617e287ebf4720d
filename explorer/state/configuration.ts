// What is explored together: the item at the start, the writes, who else is about, and what may go wrong.

import type { Item } from '../../core/values/attributes.ts';

/** A write that a run carries out. Its large attributes have short texts; `BIG…` stands for 6 GB. */
export interface Write {
  readonly operation: 'create' | 'update' | 'delete';
  /** Large attributes: a text in the input, or a staged object as `{ staged: 'name', text }`. */
  readonly large?: Readonly<Record<string, LargeValue>>;
  /** Attributes that an update removes. */
  readonly remove?: readonly string[];
  /** Small attributes that the write sets. */
  readonly plain?: Readonly<Record<string, unknown>>;
  readonly expectedVersion?: number;
  /** Whether a create replaces the item that is there. */
  readonly overwrite?: boolean;
  /** Whether an update creates the item that is not there. */
  readonly createIfMissing?: boolean;
  readonly condition?: Readonly<Record<string, unknown>>;
  readonly cleanUp?: { readonly whenFailed?: boolean; readonly whenSucceeded?: boolean };
  /** Without what shows when an update is applied twice: then it may be repeated. */
  readonly addsNothing?: boolean;
  /** Of the plain algorithm: a create is refused where there is an item. */
  readonly onlyIfAbsent?: boolean;
  /** Partition key of the item. Default: `k`. */
  readonly item?: string;
  /** `express`: as an Express run, which a Standard one may go on with. */
  readonly lane?: 'express';
  /** Which of the stores on the prefix: 0, or 1 for the second. Default: 0. */
  readonly store?: number;
  /** The write is asked for by the product's own client, which stages, starts and waits. Default: the run is there at the start. */
  readonly client?: ClientSpec;
}

export interface ClientSpec {
  /** Calls of the client for this very write, one beside the other. They share the idempotency key. Default: 1. */
  readonly calls?: number;
  /** Whether content is staged whatever its size. Default: false. */
  readonly stages?: boolean;
  /** Without a key of the caller's each call has a name of its own. Default: true. */
  readonly keyed?: boolean;
}

/**
 * How a page is read: `table`: by a scan, content once it is asked for; `loaded`: the same with content at once; `index`: by a
 * query of a global index, which may show the item as it was at the start, content once it is asked for.
 */
export type PageReading = 'table' | 'loaded' | 'index';

export type LargeValue = string | { readonly staged: string; readonly text: string };

export const FOREIGN_WRITES = [
  'putPlain',
  'putLegacy',
  'removeA',
  'deleteItem',
  'flagOff',
  'flagOn',
  'dropSaga',
  'putBack',
  'putBackLess',
  'putBackBeforeCleanUp',
  'putBackAtLast',
  'restoreA',
  'copyToL',
] as const;
/**
 * What another program does to the item `k` in one step.
 * - `putPlain`, `putLegacy`: saves a whole new item, without pointers or with one of its own; `deleteItem`; `removeA`;
 * - `flagOff`, `flagOn`: what a caller's condition looks at; `dropSaga`: saves it without `_saga`;
 * - `putBack`: saves the item as it was at the start, once the first run stands stopped at its write; `putBackLess`: the same
 *   without the attribute A; `putBackBeforeCleanUp`: while its clean-up is about to begin; `putBackAtLast`: once it has succeeded;
 * - `restoreA`: puts the pointer back that it took away, while no clean-up looks;
 * - `copyToL`: copies the whole item, pointers and all, to the item `l`.
 */
export type ForeignWrite = (typeof FOREIGN_WRITES)[number];

export const FAULT_KINDS = [
  'before',
  'after',
  'late',
  'refused',
  'throttle',
  'partial',
  'exhaust',
  'outage',
  'stop',
  'early',
] as const;
/**
 * - `before`: 5xx, not applied; `after`: applied, but 5xx; `late`: no answer, and it may land any time within its life;
 * - `refused`: 403; `throttle`: of the item's write; `partial`: a deletion keeps its first key;
 * - `exhaust`: the function goes on failing until the task's retries are used up; `outage`: no answer for ten minutes;
 * - `stop`: StopExecution at any point; the function that runs then runs on;
 * - `early`: Step Functions gets Lambda.SdkClientException at once while the function runs on.
 */
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Configuration {
  /** The item `k` at the start. Absent: there is none. */
  readonly initial?: InitialItem;
  /** The item `l`, whose pointers are copies of the item `k`'s. */
  readonly copied?: boolean;
  readonly writes: readonly Write[];
  /** Whether a second execution of the first write, an Express run, is started under the same name at the same time. */
  readonly twice?: boolean;
  /** Whether the caller of the first write, an Express run, may lose its answer at any time and settle it. */
  readonly settles?: boolean;
  /** Other programs, each with what it does one after the other. */
  readonly programs?: readonly (readonly ForeignWrite[])[];
  readonly sweeps?: number;
  /** Which store each sweep is of. Default: 0. */
  readonly sweepOf?: number;
  /** Days after the runs' start at which sweeps run. Default: 20. */
  readonly sweepDay?: number;
  /** How old objects must be for a sweep, in days. Default: 1. */
  readonly graceDays?: number;
  readonly readers?: number;
  /** Readers of a page whose content is fetched later, each with how it reads. */
  readonly pages?: readonly PageReading[];
  readonly fscks?: number;
  /** Whether the stream's clean-up is deployed. */
  readonly stream?: boolean;
  /** Staged objects at the start: their names and contents. */
  readonly staged?: Readonly<Record<string, string>>;
  /** How many faults may happen. Default: 1. */
  readonly faults?: number;
  /** Which. Default: {@link DEFAULT_KINDS}. */
  readonly kinds?: readonly FaultKind[];
  /** States at the top of a machine at which faults may happen to its run. Default: all. */
  readonly faultsAt?: readonly string[];
  /** How many redrives there may be. Default: 1. */
  readonly redrives?: number;
  /** Whether a redrive may also come a day later, when DynamoDB has forgotten the token. */
  readonly lateRedrive?: boolean;
  /** From Step Functions' call to the function's first instruction, ms. Default of this and the next two: core/saga/waits.ts. */
  readonly coldStartMs?: number;
  /** How long a request may live once its caller has given up, ms. */
  readonly requestLifeMs?: number;
  /** The same of copies on S3's side. */
  readonly copyLifeMs?: number;
  /** How long an Express run's hand-over takes, ms. Default: nothing. */
  readonly handOverMs?: number;
  /** How long an `outage` lasts, ms; with all before it longer than a token is valid. Default: 620,000. */
  readonly outageMs?: number;
  /** Histories may be forgotten. */
  readonly forget?: boolean;
  /** DescribeExecution knows none of the runs: they are too new, or of another store. */
  readonly unknownRuns?: boolean;
  /** Objects may stay at the end: foreign writers without a stream, clean-up switched off. */
  readonly residueAllowed?: boolean;
  /** Nothing comes after a run that was stopped: what it leaves counts. */
  readonly nobodyComesAfter?: boolean;
  /** Also counts effects that others have undone unseen, which docs/protocol.md says cannot be known. */
  readonly undoneCounts?: boolean;
  /** Items whose pointers may dangle: those that a foreign program has copied from another item. */
  readonly danglingAllowed?: readonly string[];
  /** Assumptions taken away: retry count and `$now()` stay those of a task's first attempt; a redrive skips the rest of a Wait. */
  readonly frozenContext?: boolean;
  readonly waitSkipped?: boolean;
  /** What the write's task is called with is over Step Functions' limit. */
  readonly writesTooLarge?: boolean;
  /** DynamoDB refuses every write of an item. */
  readonly refusesWrites?: boolean;
  /** That runs also end well: `known`: none ends as OutcomeUnknown; `unstuck`: none fails at a task. */
  readonly ends?: 'known' | 'unstuck';
  /** How far the clock of the functions is ahead of Step Functions', ms. */
  readonly clockSkewMs?: number;
}

export interface InitialItem {
  readonly large: Readonly<Record<string, string>>;
  /** Default: by a saga. `foreign`: no `_saga`. `legacy`: pointers at objects that pynamodb_mate put; `plain`: by whichever algorithm is explored. */
  readonly writtenBy?: 'saga' | 'foreign' | 'legacy' | 'plain';
  readonly plain?: Item;
}

export const DEFAULT_KINDS: readonly FaultKind[] = FAULT_KINDS.filter((kind) => kind !== 'early');

/** The text of a large value, wherever it comes from. */
export function textOf(value: LargeValue): string {
  return typeof value === 'string' ? value : value.text;
}
