// What a run of the benchmarks gives, and what docs/performance.md shows of it.

/** What a run of `npm run bench` gives. */
export interface BenchResults {
  readonly at: string;
  readonly quick: boolean;
  readonly machine: { readonly node: string; readonly processors: number; readonly model: string };
  /** By suite: what its program printed. */
  readonly suites: Readonly<Record<string, unknown>>;
}

/** What one suite has to show. */
export interface Section {
  /** Tables and pictures, in Markdown. */
  readonly markdown: string;
  /** SVG by file name below docs/performance/. */
  readonly plots: Readonly<Record<string, string>>;
}
