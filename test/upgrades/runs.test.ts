// Runs of earlier releases go on with the functions of this version, to the same ends: one of each kind. A definition stays with its
// execution, the code does not (docs/upgrading.md). test/upgrades/runs-all.test.ts plays them all.

import { describe, it } from 'vitest';
import { RELEASES } from './fixtures.ts';
import { expectSameEnds, useSceneOf } from './runs.ts';

const SOME = ['create-inline', 'update-large', 'planned-again', 'delete', 'redriven-unwritten'];

describe.each(RELEASES)('the definitions of %s', (release) => {
  const scene = useSceneOf(release);

  it.each(SOME)('%s ends as it did', (name) => expectSameEnds(scene(), release, name));
});
