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
];
