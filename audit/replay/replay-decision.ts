// Whether and how a run is replayed (docs/operating.md, "What became of a run"): a pure decision over what is known of the run, its
// item and its uploads.

import { describeWriter } from '../item/item.ts';
import type { Outcome, RunSummary } from '../runs/summary.ts';
import { isResumed, type RefusalCode, type ReplayFacts, type StagedReport, thenOf } from './replay-facts.ts';
import { objections } from './replay-objections.ts';

/** The refusals that a person may overrule: the replay is possible, whether it is right is theirs to say. */
export const FORCEABLE: ReadonlySet<RefusalCode> = new Set([
  'item-moved-on',
  'item-unreadable',
  'outcome-unknown',
  'not-redrivable',
]);

export interface ReplayDetails {
  /** What the run saw of the item, and what it is now, in words. */
  readonly itemThen?: string;
  readonly itemNow?: string;
  /** The versions of these; null where the item had or has none. */
  readonly versionThen?: number | null;
  readonly versionNow?: number | null;
  readonly staged: readonly StagedReport[];
  /** The state from which a redrive goes on. */
  readonly resumesAt?: string;
  /** The run that replayed this one already. */
  readonly replayedBy?: RunSummary;
}

export interface ReplayDecision {
  readonly kind: 'redrive' | 'new-execution' | 'refused';
  /** One sentence: what would happen, or why it does not. */
  readonly reason: string;
  /** Of a refusal. */
  readonly code?: RefusalCode;
  /** Of a refusal: whether `force` would go on. */
  readonly forceable?: boolean;
  /** Of a new execution. */
  readonly newName?: string;
  readonly details: ReplayDetails;
}

export function decideReplay(known: ReplayFacts): ReplayDecision {
  const details = detailsOf(known);
  const objection = objections(known).find(({ code }) => !(known.force && FORCEABLE.has(code)));
  if (objection !== undefined) {
    return { kind: 'refused', ...objection, forceable: FORCEABLE.has(objection.code), details };
  }
  if (isResumed(known)) {
    const from = details.resumesAt ?? 'where it stopped';
    const end =
      known.facts.phase === 'compensation' ? ' and ends rolled back: replay it once more to write' : '';
    return { kind: 'redrive', reason: `redrives the run, which goes on from ${from}${end}`, details };
  }
  const newName = known.newName as string;
  return { kind: 'new-execution', reason: `starts ${newName} with the same input`, newName, details };
}

/** Step Functions redrives no Express run, and its log is no place to start one anew from. */
export function refusalOfExpress({ outcome }: RunSummary): ReplayDecision {
  const [code, reason] = EXPRESS_REFUSALS[outcome] ?? ['express-run', BY_CALLER];
  return { kind: 'refused', code, reason, forceable: false, details: { staged: [] } };
}

const BY_CALLER =
  'an Express run is not replayed: Step Functions keeps neither its state nor its input; let whoever started it start it again';
const EXPRESS_REFUSALS: Readonly<Partial<Record<Outcome, readonly [RefusalCode, string]>>> = {
  committed: ['committed', 'the write took effect: there is nothing to replay'],
  'cleanup-deferred': ['committed', 'the write took effect: there is nothing to replay'],
  running: ['running', 'its end is not in its log yet'],
  unknown: [
    'express-run',
    'an Express run is not replayed: settle it (twinwrite settle), or look at the item and decide',
  ],
};

function detailsOf(known: ReplayFacts): ReplayDetails {
  const { item, staged, earlier, facts } = known;
  const then = thenOf(known);
  return {
    ...(then && { itemThen: then.text, versionThen: then.version }),
    ...(item && { itemNow: describeWriter(item), versionNow: item.kind === 'saga' ? item.version : null }),
    staged,
    ...(isResumed(known) && facts.stoppedAt !== undefined && { resumesAt: facts.stoppedAt }),
    ...(earlier && { replayedBy: earlier }),
  };
}
