// What a run of the benchmarks gives, and what docs/performance.md shows of it.

import type { SuiteName } from '../suites.ts';

/** What a run of `npm run bench` gives. */
export interface BenchResults {
  readonly machine: { readonly node: string; readonly processors: number; readonly model: string };
  readonly suites: Readonly<Partial<Record<SuiteName, SuiteResult>>>;
}

export interface SuiteResult {
  /** The day, as ISO 8601 has it. */
  readonly at: string;
  readonly quick: boolean;
  /** How many processes wanted a processor, on average over the last minute, before the suite began and once it had ended. */
  readonly load: readonly [number, number];
  readonly seconds: number;
  /** What its programs printed. */
  readonly result: unknown;
}

/** What one suite has to show. */
export interface Section {
  /** Tables and pictures, in Markdown. */
  readonly markdown: string;
  /** By file name below docs/performance/. */
  readonly plots: Readonly<Record<string, Plot>>;
}

export type Plot = Bars | Lines;

interface Drawing {
  readonly title: string;
  /** What the numbers are, with their unit. */
  readonly unit: string;
}

export interface Bars extends Drawing {
  readonly kind: 'bars';
  readonly categories: readonly string[];
  /** A bar each in every category, or with `stacked` a part of its one bar. */
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
  readonly stacked?: boolean;
}

export interface Lines extends Drawing {
  readonly kind: 'lines';
  /** What is counted from left to right. */
  readonly along: string;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
  /** Both axes, for numbers of several orders of magnitude. */
  readonly logarithmic?: boolean;
}
