// What bench/download.ts and the process that it measures agree on.

/** Of the item. */
export const KEY = 'bench';

/** Each with the one of the SDK alone that does the same. */
export const WAYS_DOWN = {
  SDK: 'SDK',
  '.stream()': 'SDK',
  'SDK to a file': 'SDK to a file',
  '.toFile()': 'SDK to a file',
} as const;
export type WayDown = keyof typeof WAYS_DOWN;
