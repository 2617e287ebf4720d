// What `npm run bench` runs, one after the other, each program in a process of its own.

export const SUITE_NAMES = [
  'operations',
  'latency',
  'imports',
  'transfer',
  'many',
  'memory',
  'cloud',
  'growth',
] as const;
/** Also the name of a suite's result in the JSON, and of its section in docs/performance.md. */
export type SuiteName = (typeof SUITE_NAMES)[number];

export interface Suite {
  readonly about: string;
  /** Programs below bench/, each of which prints its result as one line of JSON with `--json`; together they are the suite's. */
  readonly programs: readonly string[];
  readonly arguments: readonly string[];
  /** Instead of them with `--quick`. */
  readonly quick: readonly string[];
}

export const SUITES: Readonly<Record<SuiteName, Suite>> = {
  operations: {
    about: 'calls, transitions and dollars of each operation',
    programs: ['operations.ts'],
    arguments: [],
    quick: ['--attributes', '0,1'],
  },
  latency: {
    about: 'how soon a caller knows of its write, simulated',
    programs: ['latency.ts'],
    arguments: ['--writes', '5000'],
    quick: ['--writes', '500'],
  },
  imports: {
    about: 'processor time of cold imports, beside that of what is imported at least',
    programs: ['imports.ts'],
    arguments: ['--rounds', '11'],
    quick: ['--rounds', '2'],
  },
  transfer: {
    about: 'content up and down, beside the SDK alone',
    programs: ['upload.ts', 'download.ts'],
    arguments: ['--bytes', '1e9', '--rounds', '3'],
    quick: ['--bytes', '1e7', '--rounds', '2'],
  },
  many: {
    about: 'many items with their content, beside the SDK alone',
    programs: ['many.ts'],
    arguments: ['--items', '2000', '--rounds', '5'],
    quick: ['--items', '200', '--rounds', '2'],
  },
  memory: {
    about: 'memory of the local cloud over many executions',
    programs: ['executions.ts'],
    arguments: ['10000', '1000'],
    quick: ['1000', '200'],
  },
  cloud: {
    about: 'start, speed and memory of the local cloud, beside MiniStack',
    programs: ['local.ts'],
    arguments: ['3', '0.5'],
    quick: ['2', '0.2', '--alone'],
  },
  growth: {
    about: 'runs, fsck and sweeps of stores of 1,000 to 1,000,000',
    programs: ['growth.ts'],
    arguments: ['--sizes', '1000,10000,100000,1000000'],
    quick: ['--sizes', '1000,10000'],
  },
};
