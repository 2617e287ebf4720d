// What `npm run bench` runs, one after the other, each in a process of its own.

export interface Suite {
  /** Also the name of its result in the JSON. */
  readonly name: string;
  readonly about: string;
  /** The program below bench/, which prints its result as one line of JSON with `--json`. */
  readonly program: string;
  readonly arguments: readonly string[];
  /** Instead of them with `--quick`; missing: it is not run then. */
  readonly quick?: readonly string[];
}

export const SUITES: readonly Suite[] = [
  {
    name: 'operations',
    about: 'calls, transitions and dollars of each operation',
    program: 'operations.ts',
    arguments: [],
    quick: [],
  },
  {
    name: 'growth',
    about: 'runs, fsck and sweeps of stores of 1,000 to 1,000,000',
    program: 'growth.ts',
    arguments: ['--sizes', '1000,10000,100000,1000000'],
    quick: ['--sizes', '1000,10000'],
  },
];
