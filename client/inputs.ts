// What the calls that write take and give.

import type {
  AddendsOf,
  AnyDocument,
  ContentsOf,
  Document,
  Field,
  FormatOf,
  GivenOf,
  KeyOf,
  Optional,
  Some,
} from './document.ts';
import type { Attributes, Value } from './types.ts';

interface CommonInput<Doc extends Document> {
  readonly key: KeyOf<Doc>;
  /** Whether objects that are not needed any more are deleted by the run. Default: both true. A sweep deletes those that it leaves. */
  readonly cleanUp?:
    | { readonly whenFailed?: boolean | undefined; readonly whenSucceeded?: boolean | undefined }
    | undefined;
  /** How values are written: plain JavaScript values (default), or as DynamoDB's JSON. */
  readonly attributeFormat?: FormatOf<Doc> | undefined;
}

interface ContentInput<Doc extends Document> extends CommonInput<Doc> {
  /** Update time that the objects carry as metadata: a Date, or ISO 8601 with offset. Default: the run's start. */
  readonly updateAt?: Date | string | undefined;
}

/** What `create` takes: the key, and all of the item's attributes. */
export type CreateInput<Doc extends Document = AnyDocument> = ContentInput<Doc> &
  Field<'attributes', GivenOf<Doc>> &
  Field<'largeAttributes', ContentsOf<Doc>>;

/** What `put` takes: the key, and all of the item's attributes. Nothing of an item that is there stays. */
export type PutInput<Doc extends Document = AnyDocument> = CreateInput<Doc> & {
  /** Refuse unless there is an item at this version. */
  readonly expectedVersion?: number | undefined;
};

/** A DynamoDB expression with its placeholders. */
export interface Expression {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly values?: Attributes | undefined;
}

/** What `update` takes: the key, and what changes; everything else of the item stays. */
export interface UpdateInput<Doc extends Document = AnyDocument> extends ContentInput<Doc> {
  /** Plain attributes and their new values. */
  readonly set?: Some<GivenOf<Doc>> | undefined;
  /** Plain and large attributes to remove. */
  readonly remove?: readonly Optional<Doc>[] | undefined;
  /** Numbers to add to numbers, members to add to sets. */
  readonly add?: AddendsOf<Doc> | undefined;
  /** Large attributes and their new contents. */
  readonly largeAttributes?: Some<ContentsOf<Doc>> | undefined;
  /** A DynamoDB update expression, run in the same write. */
  readonly updateExpression?: Expression | undefined;
  /** A DynamoDB condition that the item must meet. */
  readonly condition?: Expression | undefined;
  /** Refuse unless the item is at this version. */
  readonly expectedVersion?: number | undefined;
  /** Create the item if there is none, of what is set, added and put. Not with `expectedVersion`. Default: it is refused. */
  readonly createIfMissing?: boolean | undefined;
}

/** What `delete` takes. */
export interface DeleteInput<Doc extends Document = AnyDocument> extends CommonInput<Doc> {
  /** Refuse unless the item is at this version. */
  readonly expectedVersion?: number | undefined;
  /** Refuse when there is no such item. Default: then the delete is done already. */
  readonly mustExist?: boolean | undefined;
}

/** How a write is made, beside what it writes. */
export interface WriteOptions extends InlineChoice, LaneChoice {
  /**
   * Makes calling again safe: it becomes the execution's name, 1 to 80 characters of 0-9 A-Z a-z - _, which stands
   * for one write of one operation for 90 days. A further call with the same key and input waits for that write and
   * gives its outcome, be it a success or an error. Names of runs that are derived from others are refused: `x-` and a ULID or
   * UUID, and whatever ends in `-replay-` and a number from 1 to 999.
   */
  readonly idempotencyKey?: string | undefined;
  /** Before the start: stops everything. After it: stops the waiting only, see `WaitInterrupted`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called as content goes up, and once the run has started. The call waits for a promise that it gives. What it throws, or
   * rejects with, ends the call; a run that has started goes on, and `WaitInterrupted` names it.
   */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Whether content may travel within a run's input. */
export interface InlineChoice {
  /**
   * `false`: content never enters the run's input, which whoever may describe the run can read for 90 days; it is staged
   * whatever its size (docs/security.md). Default: true, unless the store says otherwise.
   */
  readonly inlineContent?: boolean | undefined;
}

/** By which of its state machines a store performs a write (docs/writing.md, "Lanes"). */
export type Lane = 'standard' | 'express';

/** Which lane a write goes by. */
export interface LaneChoice {
  /**
   * `express`: one call of a synchronous Express workflow, at a fraction of the price and without looks at the run. What is in
   * doubt or stuck goes on as a Standard execution, which the call then waits for. An answer that is lost is `AnswerLost`.
   * With an `idempotencyKey`, an input over 192 KiB, staged content over 64 MiB, or more than 40 large attributes, a write takes the
   * Standard lane all the same.
   * Not with `wait: false`. Default: the client's own `lane`, else `standard`.
   */
  readonly lane?: Lane | undefined;
}

/** `false`: the call ends once the run has started, and gives a `WriteHandle`. Default: true. */
export interface WaitChoice<Wait extends boolean = boolean> {
  readonly wait?: Wait | undefined;
}

/** How far a write is. */
export type Progress =
  /** `bytes` of a large attribute have been uploaded, out of `total` if that is known. */
  | {
      readonly phase: 'uploading';
      readonly attribute: string;
      readonly bytes: number;
      readonly total: number | undefined;
    }
  /** Its Express execution is about to be started; one that others came before is started again, under another name. */
  | { readonly phase: 'running'; readonly executionName: string }
  | { readonly phase: 'waiting'; readonly executionArn: string };

/** An Express run whose end nobody told. JSON has all of it: it may be kept, and asked about later, by another process too. */
export interface ExpressRun {
  readonly operation: 'create' | 'update' | 'delete';
  /** What its execution's name ends in. */
  readonly id: string;
  /** The item's key as DynamoDB's JSON has it: `{ id: { S: '42' } }`, a binary one as base64. */
  readonly key: Readonly<Record<string, TypedKeyValue>>;
  /** When the call began, ISO 8601. */
  readonly startedAt: string;
  /** Whether nothing of it was staged: then it has ended sooner for sure. */
  readonly inline: boolean;
}

/** A key's value as DynamoDB's JSON has it. */
export type TypedKeyValue = { readonly S: string } | { readonly N: string } | { readonly B: string };

/** How `client.outcome` finds out. */
export interface OutcomeOptions {
  /**
   * The item as it was read before the write was started, as `get` gives it: if it stands unchanged, nothing was written. An item
   * that no saga has written proves nothing.
   */
  readonly before?: { readonly createdBy: string | null; readonly version: number | null } | undefined;
  /** Stops the waiting only: the run that settles it goes on, see `WaitInterrupted`. */
  readonly signal?: AbortSignal | undefined;
  /** Called once a Standard execution is waited for. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What has become of an {@link ExpressRun}. */
export interface Outcome {
  /**
   * `written`: it took effect, once. `not-written`: proved to have had no effect, now or later. `unknown`: the item does not tell,
   * and nothing was deleted: read it, and decide whether to write again.
   */
  readonly outcome: 'written' | 'not-written' | 'unknown';
  /** The item's version after the write, null once it is deleted; missing where it is not known. */
  readonly version?: number | null | undefined;
  /** The Standard execution that told; missing where the item did. */
  readonly executionArn?: string | undefined;
  /** One sentence that says why, unless it was written. */
  readonly message?: string | undefined;
}

/** A write that took effect. */
export interface WriteResult {
  readonly key: Readonly<Record<string, Value>>;
  /** The item's version after the write; null once it is deleted. */
  readonly version: number | null;
  /** The run as object keys and `_saga.writtenBy` name it. */
  readonly run: string;
  readonly executionArn: string;
  /** Pointers that the write set: S3 URIs by attribute. */
  readonly largeAttributes: Readonly<Record<string, string>>;
  /** `deferred`: unneeded objects could not be deleted and are left for the sweeper. */
  readonly cleanup: 'done' | 'deferred';
  /**
   * Pointers that the item had before, and whose objects stay: their keys do not name this item alone, so other items may
   * point at them. S3 URIs.
   */
  readonly letGo: readonly string[];
}
