// Where a machine stands: which state, with which input and variables. One frame for the execution, one for each
// branch and iteration. Frames outlive a failed run: a redrive goes on from them.

import type { Machine, State } from '../definition/types.ts';
import { isObject, type Json } from '../json.ts';

export interface MapItem {
  readonly Index: number;
  readonly Value: Json;
}

/**
 * How far the frame is into its current state: not entered; entered and not left; or failed, with the event that says
 * so written.
 */
export type Stage = 'before' | 'inside' | 'failed';

export interface Frame {
  readonly machine: Machine;
  readonly parent: Frame | undefined;
  readonly mapItem: MapItem | undefined;
  /** Assigned in this frame; outer ones are read through `parent`. */
  variables: Readonly<Record<string, Json>>;
  status: 'waiting' | 'running' | 'succeeded' | 'failed';
  state: string;
  stage: Stage;
  input: Json;
  /** The input as the execution got it, where it is the execution's own. */
  inputText: string | undefined;
  output: Json;
  /** Milliseconds since the epoch. */
  enteredAt: number;
  enteredEventId: number;
  /** The event that the frame's next one follows. */
  lastEventId: number;
  /** When a Wait state that was entered ends, in milliseconds since the epoch. */
  waitUntil: number | undefined;
  /** Branches or iterations of the current state, once started. */
  children: Frame[] | undefined;
  /** The Map Run of the current state, a Distributed Map, once started. */
  mapRun: MapRunControl | undefined;
}

/** A Map Run as the state that started it holds it. Its children are executions of their own: no frame looks at them. */
export interface MapRunControl {
  readonly arn: string;
  readonly isRunning: boolean;
  /** Whether a redrive goes on with it; otherwise it starts another. */
  readonly redrivable: boolean;
  readonly redriveCount: number;
  /** Queues the children that did not succeed; they are the first to be run. */
  redrive(): void;
  /**
   * @param signal - stops all children; the Map Run is then aborted
   * @returns the state's result; null when it was stopped
   * @throws {StateFailure} what the Map Run failed with
   */
  runToEnd(signal: AbortSignal): Promise<Json>;
}

export function createFrame(machine: Machine, input: Json, parent?: Frame, mapItem?: MapItem): Frame {
  return {
    machine,
    parent,
    mapItem,
    variables: {},
    status: 'waiting',
    state: machine.startAt,
    stage: 'before',
    input,
    inputText: undefined,
    output: null,
    enteredAt: 0,
    enteredEventId: 0,
    lastEventId: 0,
    waitUntil: undefined,
    children: undefined,
    mapRun: undefined,
  };
}

export function currentState(frame: Frame): State {
  const state = frame.machine.states.get(frame.state);
  if (state === undefined) throw new Error(`no state ${frame.state}`);
  return state;
}

/** Everything that expressions of the frame can read. */
export function visibleVariables(frame: Frame): Readonly<Record<string, Json>> {
  return frame.parent === undefined
    ? frame.variables
    : { ...visibleVariables(frame.parent), ...frame.variables };
}

export function visibleMapItem(frame: Frame): MapItem | undefined {
  return frame.mapItem ?? (frame.parent && visibleMapItem(frame.parent));
}

/** A copy to go on from: the run that left the frames behind cannot touch it. What succeeded stays so. */
export function resumable(frame: Frame, parent?: Frame): Frame {
  const copy: Frame = { ...frame, parent };
  if (copy.status !== 'succeeded') copy.status = 'waiting';
  copy.children = frame.children?.map((child) => resumable(child, copy));
  return copy;
}

/** Bytes of the values of all variables of a frame and those around it. */
export function variableBytes(frame: Frame): number {
  return Object.values(visibleVariables(frame)).reduce<number>((sum, value) => sum + estimate(value), 0);
}

/** Bytes of a value's JSON text, without writing it. */
function estimate(value: Json): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 2;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + estimate(item) + 1, 2);
  if (!isObject(value)) return String(value).length;
  return Object.entries(value).reduce((sum, [key, item]) => sum + key.length + 4 + estimate(item), 2);
}
