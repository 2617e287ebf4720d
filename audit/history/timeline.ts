// A run's tree as a flat list: each state that was entered, in the order of entry, with what came of it.

import type { Attempt, Branch, Failure, RunTree, StateKind, StateNode, StateStatus } from './history.ts';

export interface TimelineEntry {
  readonly name: string;
  /** As ASL has it: `Task`, `Map`, `Wait`... */
  readonly type: string;
  readonly kind: StateKind;
  readonly status: StateStatus;
  /** Names of the Maps that it is within, outermost first. */
  readonly within: readonly string[];
  /** Of the innermost Map: the iteration's number, and the large attribute that it is about. */
  readonly iteration?: number;
  readonly attribute?: string;
  readonly startedAt: Date;
  /** Missing where a log does not tell it. */
  readonly durationMs?: number;
  /** Attempts after the first, as far as they are told. */
  readonly retries: number;
  readonly redrives: number;
  readonly attempts: readonly Attempt[];
  /** What the last attempt answered: of a Lambda task its payload; missing where the history does not show it. */
  readonly result?: unknown;
  readonly error?: Failure;
}

export function timelineOf(tree: RunTree): TimelineEntry[] {
  return tree.states
    .flatMap((state) => entriesOf(state, [], undefined))
    .sort((one, other) => one.startedAt.getTime() - other.startedAt.getTime());
}

/** What a state's last attempt answered, parsed; of a Lambda task its payload. */
export function resultOf({ attempts }: StateNode): unknown {
  const { output } = attempts.at(-1) ?? {};
  if (output === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(output);
    return typeof value === 'object' && value !== null && 'Payload' in value ? value.Payload : value;
  } catch {
    return undefined; // AWS cuts long data in histories off
  }
}

function entriesOf(state: StateNode, within: readonly string[], branch: Branch | undefined): TimelineEntry[] {
  const { name, type, kind, status, enteredAt, durationMs, redrives, attempts, failure } = state;
  const result = resultOf(state);
  const entry: TimelineEntry = {
    name,
    type,
    kind,
    status,
    within,
    ...(branch && { iteration: branch.index }),
    ...(branch?.attribute !== undefined && { attribute: branch.attribute }),
    startedAt: enteredAt,
    ...(durationMs !== undefined && { durationMs }),
    retries: Math.max(attempts.length - 1, 0),
    redrives,
    attempts,
    ...(result !== undefined && { result }),
    ...(failure && { error: failure }),
  };
  const below = state.branches.flatMap((each) =>
    each.states.flatMap((inner) => entriesOf(inner, [...within, name], each)),
  );
  return [entry, ...below];
}
