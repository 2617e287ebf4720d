// A state's status as a colour, a mark and, in the graph, a shape.

import {
  Ban,
  BrushCleaning,
  Check,
  CircleQuestionMark,
  LoaderCircle,
  type LucideIcon,
  Square,
  TriangleAlert,
  Undo2,
  X,
} from 'lucide-react';
import type { StateKind } from '../../api.ts';
import type { NodeStatus } from './graph-model.ts';

/** `octagon`: stopped here; `hexagon`: undoes something; `stadium`: an end; `rectangle`: every other state. */
export type Shape = 'rectangle' | 'stadium' | 'hexagon' | 'octagon';

export interface StateLook {
  readonly tone: string;
  readonly Icon: LucideIcon | undefined;
  readonly shape: Shape;
  /** In words, for those who see neither colour nor shape. */
  readonly words: string;
}

interface LookedAt {
  readonly name: string;
  readonly kind: StateKind;
  readonly status: NodeStatus;
}

const STATUS: Readonly<Record<NodeStatus, Pick<StateLook, 'tone' | 'Icon' | 'words'>>> = {
  'not reached': { tone: 'grey', Icon: undefined, words: 'not reached' },
  succeeded: { tone: 'green', Icon: Check, words: 'succeeded' },
  caught: { tone: 'amber', Icon: TriangleAlert, words: 'failed, and its error was caught' },
  failed: { tone: 'red', Icon: X, words: 'failed' },
  aborted: { tone: 'grey', Icon: Square, words: 'was stopped half-way' },
  running: { tone: 'blue', Icon: LoaderCircle, words: 'is running' },
  unknown: { tone: 'grey', Icon: CircleQuestionMark, words: 'what became of it is not told' },
};

/** Ends that are not simply good. */
const ENDS: Readonly<Record<string, Pick<StateLook, 'tone' | 'Icon'>>> = {
  RolledBack: { tone: 'purple', Icon: Undo2 },
  Rejected: { tone: 'amber', Icon: Ban },
  OutcomeUnknown: { tone: 'pink', Icon: CircleQuestionMark },
};

export function lookOf({ name, kind, status }: LookedAt): StateLook {
  const look = STATUS[status];
  if (kind === 'outcome') {
    const end = status === 'not reached' ? {} : ENDS[name];
    const words = status === 'not reached' || status === 'unknown' ? look.words : 'the end of the run';
    return { ...look, ...end, shape: 'stadium', words };
  }
  if (status === 'failed' || status === 'aborted') return { ...look, shape: 'octagon' };
  if (kind === 'compensation') {
    const undone = status === 'succeeded' ? { tone: 'purple', Icon: Undo2 } : {};
    return { ...look, ...undone, shape: 'hexagon', words: `compensation, ${look.words}` };
  }
  if (name === 'CleanupDeferred' && status !== 'not reached') {
    return { ...look, tone: 'teal', Icon: BrushCleaning, shape: 'rectangle' };
  }
  return { ...look, shape: 'rectangle' };
}
