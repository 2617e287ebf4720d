// What a release is refused for, each reason alone.

import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, test } from 'vitest';
import { isRecorded, type ReleaseState, refusals } from '../../package/release.ts';

const READY: ReleaseState = {
  version: '1.2.3',
  changelog:
    '# Changelog\n\n## Unreleased\n\n## 1.2.3 — 2027-01-31\n\n- Something.\n\n## 1.2.2 — 2027-01-01\n',
  changes: '',
  branch: 'main',
  tags: ['v1.2.2'],
  canProve: true,
  namesRepository: true,
  isRecorded: true,
};

test('what is ready is not refused', () => {
  expect(refusals(READY)).toEqual([]);
  expect(refusals({ ...READY, changelog: READY.changelog.replace('## Unreleased\n\n', '') })).toEqual([]);
});

it.each<[string, Partial<ReleaseState>, RegExp]>([
  [
    'a version that is none',
    { version: 'next', changelog: '## next — 2027-01-31\n' },
    /^Version: next is no version/,
  ],
  ['a version that is tagged', { tags: ['v1.2.3'] }, /^Version: v1\.2\.3 is a tag already/],
  [
    'a changelog of another version',
    { changelog: '## 1.2.2 — 2027-01-01\n' },
    /^Changelog: .* of 1\.2\.2, not of 1\.2\.3/,
  ],
  ['a changelog of no version', { changelog: '# Changelog\n' }, /^Changelog: .* of no version/],
  [
    'a heading without a day',
    { changelog: '## 1.2.3 — unreleased\n' },
    /^Changelog: 1\.2\.3 is dated unreleased/,
  ],
  [
    'lines under Unreleased',
    { changelog: `## Unreleased\n\n- More.\n\n${READY.changelog}` },
    /^Changelog: what is under/,
  ],
  ['a version that is not recorded', { isRecorded: false }, /^Upgrades: no recording of 1\.2\.3/],
  ['changes that are not committed', { changes: ' M README.md' }, /^Tree: /],
  ['another branch', { branch: 'topic' }, /^Branch: .* this is topic/],
  ['a package of no repository', { namesRepository: false }, /^Provenance: package.json/],
  ['a place without an identity', { canProve: false }, /^Provenance: /],
])('%s is refused', (_, change, reason) => {
  expect(refusals({ ...READY, ...change })).toEqual([expect.stringMatching(reason)]);
});

test("a version is recorded when its own recording, or its minor version's, has its definitions", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'twinwrite-release-'));
  try {
    const definitions = join(folder, 'statemachines');
    const record = (name: string): Promise<void> =>
      cp(definitions, join(folder, 'test/upgrades/fixtures', name, 'statemachines'), { recursive: true });
    await mkdir(definitions);
    await writeFile(join(definitions, 'create.asl.json'), '{}');
    expect(isRecorded('1.2.0', folder)).toBe(false);
    await record('1.2');
    expect(isRecorded('1.2.0-rc.1', folder)).toBe(true);
    expect(isRecorded('1.3.0', folder)).toBe(false);

    await writeFile(join(definitions, 'create.asl.json'), '{"changed": true}');
    expect(isRecorded('1.2.1', folder)).toBe(false);
    await record('1.2.1');
    expect(isRecorded('1.2.1', folder)).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});
