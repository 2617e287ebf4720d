// An outcome as a shape, a colour and a word: none of the three is needed to understand the others.

import {
  Ban,
  BrushCleaning,
  CircleArrowRight,
  CircleCheck,
  CircleQuestionMark,
  LoaderCircle,
  type LucideIcon,
  OctagonX,
  Square,
  Undo2,
} from 'lucide-react';
import type { Outcome } from '../../api.ts';

export interface Look {
  readonly label: string;
  readonly tone: string;
  readonly Icon: LucideIcon;
  /** What it means for the item. */
  readonly meaning: string;
}

export const OUTCOME_LOOKS: Readonly<Record<Outcome, Look>> = {
  committed: {
    label: 'Committed',
    tone: 'green',
    Icon: CircleCheck,
    meaning: 'The write took effect, exactly once.',
  },
  'cleanup-deferred': {
    label: 'Clean-up deferred',
    tone: 'teal',
    Icon: BrushCleaning,
    meaning: 'The write took effect; objects that are not needed any more are left for the sweeper.',
  },
  rejected: {
    label: 'Rejected',
    tone: 'amber',
    Icon: Ban,
    meaning: 'Refused before anything was written.',
  },
  'rolled-back': {
    label: 'Rolled back',
    tone: 'purple',
    Icon: Undo2,
    meaning: 'Not written; the objects that the run had put are deleted, unless its input keeps them.',
  },
  stuck: {
    label: 'Stuck',
    tone: 'red',
    Icon: OctagonX,
    meaning: 'It stopped at a task that could not finish. A redrive goes on from there.',
  },
  unknown: {
    label: 'Unknown',
    tone: 'pink',
    Icon: CircleQuestionMark,
    meaning: 'It could not be proved whether the write took effect. Nothing was deleted; a person decides.',
  },
  aborted: {
    label: 'Aborted',
    tone: 'grey',
    Icon: Square,
    meaning: 'It was stopped half-way. A redrive goes on from there.',
  },
  running: {
    label: 'Running',
    tone: 'blue',
    Icon: LoaderCircle,
    meaning: 'It is under way.',
  },
  continued: {
    label: 'Continued',
    tone: 'blue',
    Icon: CircleArrowRight,
    meaning: 'An Express run that goes on as a run of the Standard lane, which tells what became of it.',
  },
};

export const OUTCOMES = Object.keys(OUTCOME_LOOKS) as readonly Outcome[];

export function OutcomeBadge({ outcome, isFilled = false }: { outcome: Outcome; isFilled?: boolean }) {
  const { label, tone, Icon, meaning } = OUTCOME_LOOKS[outcome];
  return (
    <span className={`badge tone-${tone}${isFilled ? ' filled' : ''}`} title={meaning}>
      <Icon aria-hidden className={outcome === 'running' ? 'spin' : undefined} />
      {label}
    </span>
  );
}
