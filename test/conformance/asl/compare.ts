// Compares what happened with what a vector expects, by the rules of vectors/README.md.

import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { FlatEvent } from '../../local-states/events.ts';

/** Makes texts comparable that are JSON inside: causes, and the Cause of an error output. */
export function normalised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalised);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, normalisedMember(key, member)]),
    );
  }
  return value;
}

function normalisedMember(key: string, value: unknown): unknown {
  if (key.toLowerCase() !== 'cause' || typeof value !== 'string') return normalised(value);
  try {
    return { json: JSON.parse(value) as unknown };
  } catch {
    return value;
  }
}

/**
 * Expects the events of a history. Those without an id stand for an unordered block between their neighbours.
 * @param how `subset`: objects may have more keys than are listed
 */
export function expectEvents(
  happened: readonly FlatEvent[],
  expected: readonly FlatEvent[],
  how: 'exact' | 'subset' = 'exact',
  unrecordedIds: readonly number[] = [],
): void {
  const actual = happened.map(({ mapRunArn: _random, ...event }): FlatEvent => event);
  const remaining = actual.filter(({ id }) => !unrecordedIds.includes(id ?? 0));
  expect(remaining.map(({ type }) => type).toSorted(), 'the types of all events').toEqual(
    expected.map(({ type }) => type).toSorted(),
  );
  const known = new Map(
    expected.flatMap((event) => (event.id === undefined ? [] : [[event.id, event] as const])),
  );
  for (const event of remaining) {
    const counterpart = known.get(event.id ?? 0);
    if (counterpart !== undefined) expectLike(event, counterpart, how);
  }
  const unordered = remaining.filter(({ id }) => !known.has(id ?? 0)).map(withoutIds);
  const block = expected.filter(({ id }) => id === undefined).map(withoutIds);
  for (const event of block) {
    const index = unordered.findIndex((candidate) =>
      isDeepStrictEqual(normalised(candidate), normalised(event)),
    );
    expect(index, `an event like ${JSON.stringify(event)}`).toBeGreaterThanOrEqual(0);
    unordered.splice(index, 1);
  }
  expect(unordered, 'events that nothing stands for').toEqual([]);
}

/** Expects a value to be, or to contain, another. */
export function expectLike(actual: unknown, expected: unknown, how: 'exact' | 'subset'): void {
  if (how === 'exact') expect(normalised(actual)).toEqual(normalised(expected));
  else expect(normalised(actual)).toMatchObject(normalised(expected) as object);
}

function withoutIds({ id: _id, previousEventId: _previous, ...event }: FlatEvent): Record<string, unknown> {
  return event;
}
