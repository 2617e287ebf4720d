// What a check of a store finds, and the count of it.

import type { KeyTexts } from '../item/key.ts';

/** One thing that is not as sagas leave it. Keys of items are texts by key attribute; sizes are bytes. */
export type Finding =
  /** The item points at an object that is not there. */
  | { readonly kind: 'dangling'; readonly item: KeyTexts; readonly attribute: string; readonly uri: string }
  /** The object's content does not have the digest in its key. */
  | {
      readonly kind: 'wrong-content';
      readonly item: KeyTexts;
      readonly attribute: string;
      readonly uri: string;
      readonly expected: string;
      readonly actual: string;
    }
  /** No item points at the object, and no run can bring it into one any more. */
  | {
      readonly kind: 'orphan';
      readonly objectKey: string;
      readonly size: number;
      readonly lastModified: string;
    }
  /** No item points at the object, but a run that goes on, or can be redriven, may need it. */
  | {
      readonly kind: 'held';
      readonly objectKey: string;
      readonly size: number;
      readonly lastModified: string;
      readonly by: string;
      readonly because: string;
    }
  /** Uploaded for a run, and not needed by it any more. */
  | {
      readonly kind: 'staged';
      readonly objectKey: string;
      readonly size: number;
      readonly lastModified: string;
      readonly because: string;
    }
  /** No saga has written the item, or another writer has spoiled its `_saga`. */
  | { readonly kind: 'unmanaged'; readonly item: KeyTexts; readonly because: string }
  /** A large attribute that points out of the store, or at an object of another item: sagas leave it alone. */
  | { readonly kind: 'elsewhere'; readonly item: KeyTexts; readonly attribute: string; readonly uri: string };

export type FindingKind = Finding['kind'];

export const FINDING_KINDS = [
  'dangling',
  'wrong-content',
  'orphan',
  'held',
  'staged',
  'unmanaged',
  'elsewhere',
] as const satisfies readonly FindingKind[];

/** How much was looked at, and how much of it is not as it should be. */
export interface FsckSummary {
  readonly items: number;
  readonly pointers: number;
  readonly objects: number;
  /** Bytes of those objects. */
  readonly bytes: number;
  /** Objects whose content was compared with the digest in their key, and those of which nothing proves it. */
  readonly verified: number;
  readonly unverified: number;
  /** Objects below the prefix that sagas do not name: of another program, or of a layout that is not known. */
  readonly foreign: number;
  readonly findings: Readonly<Record<FindingKind, number>>;
  readonly orphanBytes: number;
  readonly milliseconds: number;
  /** Whether every item's every object is there with the right content. */
  readonly sound: boolean;
}

export type Counter = Exclude<keyof FsckSummary, 'findings' | 'sound' | 'milliseconds'>;

/** Counts while a check runs. Nothing that is found is kept. */
export class Tally {
  readonly #startedAt = performance.now();
  readonly #counts: Record<Counter, number> = {
    items: 0,
    pointers: 0,
    objects: 0,
    bytes: 0,
    verified: 0,
    unverified: 0,
    foreign: 0,
    orphanBytes: 0,
  };
  readonly #findings = Object.fromEntries(FINDING_KINDS.map((kind) => [kind, 0])) as Record<
    FindingKind,
    number
  >;

  add(counter: Counter, amount = 1): void {
    this.#counts[counter] += amount;
  }

  found(finding: Finding): void {
    this.#findings[finding.kind] += 1;
    if (finding.kind === 'orphan') this.add('orphanBytes', finding.size);
  }

  get summary(): FsckSummary {
    return {
      ...this.#counts,
      findings: { ...this.#findings },
      milliseconds: Math.round(performance.now() - this.#startedAt),
      sound: this.#findings.dangling === 0 && this.#findings['wrong-content'] === 0,
    };
  }
}
