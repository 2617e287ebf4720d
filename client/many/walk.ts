// Walks over the pages of a query, or of the segments of a scan side by side, up to so many results.

import type { SdkItem } from '../read/snapshot.ts';

/** A page as DynamoDB gives it. */
export interface Answer {
  readonly items: readonly SdkItem[];
  /** Where it goes on; undefined at the end. */
  readonly next: SdkItem | undefined;
  readonly consumed: number | undefined;
}

/** Where a segment stands: before its first item, after some item, or at its end. */
export type Place = 'start' | 'end' | SdkItem;

export interface Steps {
  /** Reads a page of a segment. @param most - evaluate so many items at most */
  readonly read: (segment: number, after: SdkItem | undefined, most: number | undefined) => Promise<Answer>;
  /** Whether each item that is evaluated is a result. */
  readonly isUnfiltered: boolean;
  /** Evaluate no more for a page, whatever fits into one. */
  readonly pageSize: number | undefined;
  /** The place after an item within a page; undefined where that is not known. */
  readonly after: ((item: SdkItem) => SdkItem) | undefined;
}

export interface WalkedPage {
  readonly items: readonly SdkItem[];
  /** Of each segment after this page, and those before; undefined at the end of all. */
  readonly places: readonly Place[] | undefined;
  readonly consumed: number | undefined;
}

interface Arrived {
  readonly segment: number;
  readonly answer: Answer;
}

/** @param limit - results at most */
export async function* walk(
  steps: Steps,
  from: readonly Place[],
  limit: number | undefined,
): AsyncGenerator<WalkedPage, void, undefined> {
  const places = [...from];
  let left = limit ?? Number.POSITIVE_INFINITY;
  const waiting = new Map<number, Promise<Arrived>>();
  const ask = (segment: number): void => {
    const place = places[segment];
    if (place === undefined || place === 'end') return;
    const page = steps.read(segment, place === 'start' ? undefined : place, mostOf(steps, left));
    const arrived = page.then((answer) => ({ segment, answer }));
    arrived.catch(() => undefined); // told once it is waited for
    // To the end of the queue, so that a fast segment does not keep the others waiting.
    waiting.delete(segment);
    waiting.set(segment, arrived);
  };
  for (const segment of places.keys()) ask(segment);
  while (waiting.size > 0) {
    const { segment, answer } = await Promise.race(waiting.values());
    waiting.delete(segment);
    const items = answer.items.slice(0, left);
    const last = items.at(-1);
    const isCut = items.length < answer.items.length && last !== undefined;
    const cut = isCut ? steps.after?.(last) : undefined;
    if (isCut && cut === undefined) {
      // Asked for when more were wanted; nothing of it was given.
      ask(segment);
      continue;
    }
    places[segment] = cut ?? answer.next ?? 'end';
    left -= items.length;
    const isOver = places.every((place) => place === 'end');
    yield { items, places: isOver ? undefined : [...places], consumed: answer.consumed };
    if (left <= 0) return;
    ask(segment);
  }
}

/** How many items a request evaluates at most, so that it gives no more than are wanted, or than can be cut off. */
function mostOf({ isUnfiltered, pageSize, after }: Steps, left: number): number | undefined {
  const isExact = isUnfiltered || after === undefined;
  const most = Math.min(isExact ? left : Number.POSITIVE_INFINITY, pageSize ?? Number.POSITIVE_INFINITY);
  return most === Number.POSITIVE_INFINITY ? undefined : most;
}
