// The identity of a run: what makes an execution unique for ever, and what is derived from it.

import { decodeSegment, encodeSegment } from './segments.ts';

/** All that sagas do to items, each with a state machine of its own. */
export const OPERATIONS = ['create', 'update', 'delete'] as const;
/** What a saga does to an item. */
export type Operation = (typeof OPERATIONS)[number];

/** One execution of one of the three state machines. */
export interface Run {
  readonly operation: Operation;
  /** The execution's name; unique among one state machine's executions for 90 days only. */
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

function compactTime(iso: string): string {
  return iso.replace(/[-:.]/g, '');
}

/** @param compact - as {@link compactTime} writes it */
function expandTime(compact: string): string {
  const of = (from: number, end: number) => compact.slice(from, end);
  const fraction = of(15, compact.length - 1);
  return `${of(0, 4)}-${of(4, 6)}-${of(6, 8)}T${of(9, 11)}:${of(11, 13)}:${of(13, 15)}${fraction && `.${fraction}`}Z`;
}
