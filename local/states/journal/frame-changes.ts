// Frames as they change, and frames again from their changes. Frames are compared with what they were the last time:
// nothing that changes them need know of it. Their values are never changed in place, so that a reference tells.

import type { Machine } from '../definition/types.ts';
import { createFrame, currentState, type Frame, type MapItem } from '../run/frame.ts';

const MEMBERS = [
  'variables',
  'status',
  'state',
  'stage',
  'input',
  'inputText',
  'output',
  'enteredAt',
  'enteredEventId',
  'lastEventId',
  'waitUntil',
] as const satisfies readonly (keyof Frame)[];
type Member = (typeof MEMBERS)[number];
type Members = Pick<Frame, Member>;

/** What of one frame is another than before; of a new frame, everything. */
export interface FrameChange {
  /** The root's is 0. */
  readonly id: number;
  readonly set: Partial<Members>;
  /** Members that are undefined now, which JSON cannot say. */
  readonly unset: readonly Member[];
  /** Ids of the branches or iterations; null where there are none any more. */
  readonly children?: readonly number[] | null;
  readonly mapItem?: MapItem;
}

interface Known {
  readonly id: number;
  readonly last: Members;
  readonly children: readonly Frame[] | undefined;
}

/** Follows the frames below one root. */
export class FrameTracker {
  readonly #known = new WeakMap<Frame, Known>();
  #nextId = 0;

  /** What changed since the last call, the root's included. */
  changesBelow(frame: Frame): FrameChange[] {
    const known = this.#known.get(frame);
    const id = known?.id ?? this.#nextId++;
    const last: Members = pick(frame);
    const changed = MEMBERS.filter((member) => known === undefined || known.last[member] !== last[member]);
    // Children first: they get their ids.
    const below = (frame.children ?? []).flatMap((child) => this.changesBelow(child));
    const newChildren = known?.children !== frame.children;
    this.#known.set(frame, { id, last, children: frame.children });
    if (changed.length === 0 && !newChildren) return below;
    const present = changed.filter((member) => last[member] !== undefined);
    const change: FrameChange = {
      id,
      set: Object.fromEntries(present.map((member) => [member, last[member]])),
      unset: changed.filter((member) => last[member] === undefined),
      ...(newChildren && { children: frame.children?.map((child) => this.#idOf(child)) ?? null }),
      ...(known === undefined && frame.mapItem && { mapItem: frame.mapItem }),
    };
    return [...below, change];
  }

  #idOf(frame: Frame): number {
    const known = this.#known.get(frame);
    if (known === undefined) throw new Error('a frame that was not looked at');
    return known.id;
  }
}

interface Entry {
  members: Partial<Members>;
  children: readonly number[] | undefined;
  mapItem: MapItem | undefined;
}

/** Frames as their changes have made them. */
export class FrameTable {
  readonly #entries = new Map<number, Entry>();

  clear(): void {
    this.#entries.clear();
  }

  apply({ id, set, unset, children, mapItem }: FrameChange): void {
    const before = this.#entries.get(id);
    const members: Partial<Members> = { ...before?.members, ...set };
    for (const member of unset) delete members[member];
    this.#entries.set(id, {
      members,
      children: children === undefined ? before?.children : (children ?? undefined),
      mapItem: before?.mapItem ?? mapItem,
    });
  }

  /** The root, with all frames below it. */
  build(machine: Machine, id = 0, parent?: Frame): Frame {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Error(`no frame ${id}`);
    const frame = Object.assign(createFrame(machine, null, parent, entry.mapItem), entry.members);
    frame.children = entry.children?.map((child, index) =>
      this.build(machineOfChild(frame, index), child, frame),
    );
    return frame;
  }
}

function machineOfChild(frame: Frame, index: number): Machine {
  const state = currentState(frame);
  const machine =
    state.type === 'Map' ? state.processor : state.type === 'Parallel' ? state.branches[index] : undefined;
  if (machine === undefined) throw new Error(`the state ${frame.state} has no branch ${index}`);
  return machine;
}

function pick(frame: Frame): Members {
  const { variables, status, state, stage, input, inputText, output } = frame;
  const { enteredAt, enteredEventId, lastEventId, waitUntil } = frame;
  return {
    variables,
    status,
    state,
    stage,
    input,
    inputText,
    output,
    enteredAt,
    enteredEventId,
    lastEventId,
    waitUntil,
  };
}
