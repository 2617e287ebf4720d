// The order of test files. Without results of an earlier run, as on a clean checkout, Vitest begins with the largest files; small
// ones may take minutes, and one that begins last is waited for with the other cores idle.

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take a minute or more, the longest first. */
const LONGEST = [
  'test/package/installs.test.ts',
  'test/local-iam/product-grants.test.ts',
  'test/explorer/promises-all.test.ts',
  'test/faults/sweep-most.test.ts',
  'test/explorer/mutations-all.test.ts',
  'test/soak/soak.test.ts',
  'test/soak/crash.test.ts',
  'test/package/package.test.ts',
  'test/local-data/failing-writes.test.ts',
  'test/explorer/driver-all.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}`));
      return place < 0 ? LONGEST.length : place;
    };
    return sorted.sort((one, other) => placeOf(one) - placeOf(other));
  }
}
