// A small generator of the same odd values for the same seed.

const PIECES = [
  'a',
  'b',
  '/',
  '=',
  '-',
  '.',
  '..',
  '_',
  '~',
  '%',
  '%2F',
  '+',
  ' ',
  ':',
  'pk=',
  'é',
  'e\u0301',
  '🦊',
  '\u0000',
];

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A number from 0 to below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  shuffle<T>(values: readonly T[]): readonly T[] {
    return values
      .map((value) => ({ value, at: this.next() }))
      .sort((one, other) => one.at - other.at)
      .map(({ value }) => value);
  }

  /** Text of one to three pieces: separators, escapes, dots, look-alikes of segments, other scripts. */
  oddText(): string {
    return Array.from({ length: 1 + this.below(3) }, () => this.of(PIECES)).join('');
  }
}
