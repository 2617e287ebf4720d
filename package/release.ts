// `npm run release`: publishes what package.json calls a version, if all that a release needs is there. With --dry-run it
// checks, builds and packs, and publishes nothing. docs/releasing.md.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** What a release is told of the repository. */
export interface ReleaseState {
  readonly version: string;
  /** CHANGELOG.md's text. */
  readonly changelog: string;
  /** What `git status --porcelain` prints. */
  readonly changes: string;
  readonly branch: string;
  readonly tags: readonly string[];
  /** Whether a workflow runs it that npm can name as the origin: npm's provenance needs one. */
  readonly canProve: boolean;
  /** Whether a recording of this version, or of its minor version, has the definitions that are released. */
  readonly isRecorded: boolean;
  /** Whether package.json names the repository, which npm compares with the workflow's. */
  readonly namesRepository: boolean;
}

const VERSION = /^\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?$/;
/** `## 1.2.3 — 2027-01-31` */
const HEADING = /^## (\S+) — (\S+)$/gm;

/** Why this cannot be released, a sentence each; none if it can. */
export function refusals({ version, changelog, changes, branch, tags, ...origin }: ReleaseState): string[] {
  const reasons: string[] = [];
  const refuse = (when: boolean, reason: string): void => void (when && reasons.push(reason));
  const [, newest, date = ''] = [...changelog.matchAll(HEADING)][0] ?? [];
  const unreleased = /^## Unreleased\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(changelog)?.[1] ?? '';
  refuse(!VERSION.test(version), `Version: ${version} is no version such as 1.2.3 or 1.2.3-rc.1.`);
  refuse(
    tags.includes(`v${version}`),
    `Version: v${version} is a tag already; npm version gives the next one.`,
  );
  refuse(
    newest !== version,
    `Changelog: its newest heading is of ${newest ?? 'no version'}, not of ${version}.`,
  );
  refuse(
    newest === version && !/^\d{4}-\d{2}-\d{2}$/.test(date),
    `Changelog: ${version} is dated ${date}; the heading needs the day of the release, YYYY-MM-DD.`,
  );
  refuse(unreleased.trim() !== '', `Changelog: what is under Unreleased belongs under ${version}.`);
  refuse(
    !origin.isRecorded,
    `Upgrades: no recording of ${version} has its definitions; run test/upgrades/record.ts (docs/releasing.md).`,
  );
  refuse(changes.trim() !== '', 'Tree: there are changes that are not committed.');
  refuse(branch !== 'main', `Branch: releases are made of main, this is ${branch}.`);
  refuse(!origin.namesRepository, 'Provenance: package.json names no repository for npm to compare with.');
  refuse(
    !origin.canProve,
    'Provenance: npm attests releases that a workflow with an identity makes, and no others.',
  );
  return reasons;
}

function currentState(): ReleaseState {
  const git = (...argv: readonly string[]) =>
    execFileSync('git', [...argv], { cwd: root, encoding: 'utf8' }).trim();
  const text = (name: string) => readFileSync(join(root, name), 'utf8');
  const manifest = JSON.parse(text('package.json')) as { version: string; repository?: unknown };
  return {
    version: manifest.version,
    namesRepository: manifest.repository !== undefined,
    isRecorded: isRecorded(manifest.version),
    changelog: text('CHANGELOG.md'),
    changes: git('status', '--porcelain'),
    branch: git('branch', '--show-current'),
    tags: git('tag', '--list').split('\n'),
    canProve:
      process.env.ACTIONS_ID_TOKEN_REQUEST_URL !== undefined || process.env.SIGSTORE_ID_TOKEN !== undefined,
  };
}

/**
 * Whether a later version will be held to finish the runs of this one.
 * @param folder - the repository's
 */
export function isRecorded(version: string, folder: string = root): boolean {
  const own = version.replace(/-.*$/, '');
  const recordings = [own, own.replace(/\.\d+$/, '')].map((name) =>
    join(folder, 'test', 'upgrades', 'fixtures', name, 'statemachines'),
  );
  const recording = recordings.find((each) => existsSync(each));
  if (recording === undefined) return false;
  const deployed = join(folder, 'statemachines');
  return readdirSync(deployed).every((name) => {
    const file = join(recording, name);
    return existsSync(file) && readFileSync(file, 'utf8') === readFileSync(join(deployed, name), 'utf8');
  });
}

/** The checks that CI makes of every change, which a release makes once more. */
const TESTS = ['test', 'test:thorough', 'lint', 'types'];

function release(isDry: boolean): void {
  const npm = (...argv: readonly string[]): void => {
    console.log(`npm ${argv.join(' ')}`);
    execFileSync('npm', [...argv], { cwd: root, stdio: 'inherit' });
  };
  const state = currentState();
  const reasons = refusals(state);
  for (const reason of reasons) console.error(reason);
  if (isDry) {
    console.log(
      `A release runs: ${TESTS.map((name) => `npm run ${name}`).join(', ')}, then npm publish --provenance.`,
    );
    npm('run', '--silent', 'build');
    npm('pack', '--dry-run', '--ignore-scripts', '--loglevel=error');
  }
  if (reasons.length > 0) {
    console.error(`${state.version} is not released: ${reasons.length} of the above.`);
    process.exitCode = 1;
    return;
  }
  if (isDry) return;
  for (const name of TESTS) npm('run', '--silent', name);
  npm(
    'publish',
    '--provenance',
    '--access',
    'public',
    ...(state.version.includes('-') ? ['--tag', 'next'] : []),
  );
}

if (process.argv[1] === import.meta.filename) release(process.argv.includes('--dry-run'));
