// The identity of a run: what makes an execution unique for ever, and what is derived from it.

import { decodeSegment, encodeSegment } from './segments.ts';

/** All that sagas do to items, each with a state machine of its own. */
export const OPERATIONS = ['create', 'update', 'delete'] as const;
/** What a saga does to an item. */
export type Operation = (typeof OPERATIONS)[number];

/** One execution of one of the state machines. */
export interface Run {
  readonly operation: Operation;
  /**
   * The execution's name; unique among one state machine's executions for 90 days only. Of an Express run {@link expressRunName},
   * since the same name may run twice at once.
   */
  readonly name: string;
  /** ISO 8601, as the context object's `Execution.StartTime` has it; a redrive does not change it. */
  readonly startTime: string;
}

/** A run as object keys and `_saga` name it: `create.create-42-01J….20261123T153300123Z`. */
export function formatRun(run: Run): string {
  return `${run.operation}.${encodeSegment(run.name)}.${compactTime(run.startTime)}`;
}

/**
 * A run as the keys of one series of its objects name it (rule 1): the first is the run alone, a later one has the number
 * of the plan that began it, `update.e.20261123T153300123Z.2`.
 * @param run - as {@link formatRun} writes it
 */
export function formatSeries(run: string, series: number): string {
  return series === 1 ? run : `${run}.${series}`;
}

/** The run that {@link formatRun} or {@link formatSeries} wrote, or undefined if the text is of neither. */
export function parseRun(text: string): Run | undefined {
  const match = /^(create|update|delete)\.(.+)\.(\d{8}T\d{6,15}Z)(?:\.[1-9]\d{0,3})?$/.exec(text);
  const name = match?.[2] === undefined ? undefined : decodeSegment(match[2]);
  if (match === null || name === undefined) return undefined;
  return { operation: match[1] as Operation, name, startTime: expandTime(match[3] as string) };
}

const ULID = '[0-7][0-9A-HJKMNP-TV-Z]{25}';
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const NAME_WITH_ID = new RegExp(`^(?:[0-9A-Za-z_-]{0,53}-)?(${ULID})$|^(${UUID})$`);
const EXPRESS_RUN = new RegExp(`^x\\.(${ULID}|${UUID})\\.([0-9a-f]{12})$`);
const CONTINUED = new RegExp(`^x-(${ULID}|${UUID})$`);

/** An Express run as its name tells it. */
export interface ExpressId {
  /** What its caller has named it by. */
  readonly id: string;
  /** What it has drawn for itself. */
  readonly nonce: string;
}

/**
 * What identifies the Express executions of this name: the ULID that it ends in, or the UUID that Step Functions names those by
 * that are given no name. Undefined for other names: the execution that goes on with such a run is named by it.
 */
export function expressId(executionName: string): string | undefined {
  const match = NAME_WITH_ID.exec(executionName);
  return match?.[1] ?? match?.[2];
}

/** The name of a {@link Run} that is an Express execution. */
export function expressRunName({ id, nonce }: ExpressId): string {
  return `x.${id}.${nonce}`;
}

/** The Express execution that a {@link Run}'s name is of; undefined for the names of Standard executions. */
export function expressRun(name: string): ExpressId | undefined {
  const match = EXPRESS_RUN.exec(name);
  return match === null ? undefined : { id: match[1] as string, nonce: match[2] as string };
}

/** The name of the Standard execution that goes on with an Express run, or settles it: there is but one of both. */
export function continuedName(id: string): string {
  return `x-${id}`;
}

/** The id of the Express run that the Standard execution of this name goes on with; undefined for other names. */
export function continuedId(executionName: string): string | undefined {
  return CONTINUED.exec(executionName)?.[1];
}

function compactTime(iso: string): string {
  return iso.replace(/[-:.]/g, '');
}

/** @param compact - as {@link compactTime} writes it */
function expandTime(compact: string): string {
  const of = (from: number, end: number) => compact.slice(from, end);
  const fraction = of(15, compact.length - 1);
  return `${of(0, 4)}-${of(4, 6)}-${of(6, 8)}T${of(9, 11)}:${of(11, 13)}:${of(13, 15)}${fraction && `.${fraction}`}Z`;
}
