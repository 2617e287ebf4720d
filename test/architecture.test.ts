// The arrows of the design: which folder may import which. They go down only.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** What each folder may import of ours; of itself it may import everything. */
const ARROWS = {
  core: [],
  local: [],
  audit: ['core'],
  lambdas: ['core', 'package'],
  client: ['core'],
  lib: ['core'],
  console: ['audit', 'client', 'core', 'package'],
  cli: ['audit', 'client', 'console', 'core', 'lib', 'local'],
  // Of local the replay of schedules alone: see below.
  explorer: ['audit', 'client', 'core', 'lambdas', 'lib', 'local'],
} as const satisfies Record<string, readonly string[]>;

/**
 * The rooms of a folder, from its top to its bottom: wings, which are folders, and single files. What a room imports of
 * its own folder stands below it.
 */
const ROOMS = {
  core: ['index', 'sweep', 'saga', 'contract', 'item', 'keys', 'values', 'errors'],
  client: [
    'index',
    'client',
    'batch',
    'write',
    'upload',
    'many',
    'read',
    'wait',
    'store',
    'values',
    'content',
    'calls',
    'platform',
    'errors',
    'inputs',
    'document',
    'types',
  ],
  audit: [
    'index',
    'fsck',
    'sweep',
    'replay',
    'report',
    'drawing',
    'history',
    'runs',
    'logs',
    'item',
    'events',
    'streams',
    'clock',
    'context',
    'errors',
  ],
  lib: [
    'index',
    'app',
    'key-option',
    'large-item-stack',
    'large-item-store',
    'store-storage',
    'layout',
    'large-item-store-props',
    'monitoring',
    'clean-up',
    'access',
    'sagas',
    'storage',
    'rights',
    'cloudwatch',
    'store-options',
    'package-root',
  ],
  cli: [
    'main',
    'local-defaults',
    'run',
    'silence',
    'commands',
    'text',
    'audit',
    'store',
    'input',
    'io',
    'output',
    'errors',
    'exact-json',
    'needs',
  ],
  explorer: [
    'main',
    'command',
    'on-local-cloud',
    'mutations',
    'plain',
    'schedules',
    'search',
    'promises',
    'actors',
    'faults',
    'machine',
    'world',
    'model',
    'asl',
    'code',
    'configurations',
    'state',
  ],
} as const satisfies Partial<Record<keyof typeof ARROWS, readonly string[]>>;

/** Packages that are kept out of a folder, however they are loaded. */
const KEPT_OUT: readonly (readonly [folder: keyof typeof ARROWS, packages: RegExp])[] = [
  ['core', /^@aws-sdk\/|^aws-cdk-lib/],
  ['client', /^aws-cdk-lib|^constructs|^dynalite|^jsonata/],
  ['lambdas', /^aws-cdk-lib|^constructs/],
  // Its root loads every service there is: each submodule stands for what it has.
  ['lib', /^aws-cdk-lib$/],
];

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));
}

function imports(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*\x27([^\x27]+)\x27/g)].map((match) => match[1] as string);
}

/** The files of ours that a file imports, as paths from the root. */
function ownImports(file: string): string[] {
  return imports(file)
    .filter((target) => target.startsWith('.'))
    .map((target) => relative(root, resolve(root, dirname(file), target)));
}

describe.each(Object.entries(ARROWS))('%s', (folder, allowed: readonly string[]) => {
  it(`imports of ours ${allowed.join(', ') || 'nothing'}`, () => {
    const files = sources(folder);
    expect(files.length).toBeGreaterThan(0);
    const strange = files.flatMap((file) =>
      ownImports(file)
        .map((target) => target.split('/')[0] as string)
        .filter((target) => target !== folder && !allowed.includes(target))
        .map((target) => `${file} -> ${target}`),
    );
    expect(strange).toEqual([]);
  });
});

describe.each(Object.entries(ROOMS))('%s/', (folder, rooms: readonly string[]) => {
  const roomOf = (file: string) => file.split('/')[1]?.replace(/\.tsx?$/, '') as string;

  it('has these rooms', () => {
    const found = new Set(sources(folder).map(roomOf));
    expect([...found].sort()).toEqual([...rooms].sort());
  });

  it('imports from top to bottom', () => {
    const upwards = sources(folder).flatMap((file) =>
      ownImports(file)
        .filter((target) => target.startsWith(`${folder}/`))
        .filter((target) => rooms.indexOf(roomOf(target)) < rooms.indexOf(roomOf(file)))
        .map((target) => `${file} -> ${target}`),
    );
    expect(upwards).toEqual([]);
  });
});

it('of local, and of lib, the explorer uses what replays schedules on the local cloud alone', () => {
  const users = sources('explorer').filter((file) =>
    ownImports(file).some((target) => /^(local|lib)\//.test(target)),
  );
  expect(users.filter((file) => !file.startsWith('explorer/on-local-cloud/'))).toEqual([]);
  expect(users).not.toEqual([]);
});

it.each(KEPT_OUT)('%s does not load %s', (folder, packages) => {
  const strange = sources(folder).flatMap((file) => imports(file).filter((target) => packages.test(target)));
  expect(strange).toEqual([]);
});

/** What browsers lack, and where it may stand all the same. */
const NODE_ONLY = /\x27node:|\b(?:Buffer|process)\b/;
const NODE_MAY = new Map([
  ['client/platform/platform.ts', 'browsers get platform.browser.ts'],
  ['client/platform/save.ts', 'only platform.ts loads it'],
  ['core/saga/digests.ts', 'only tasks and the audit load it'],
]);

it('core and client need nothing that browsers lack', () => {
  const files = [...sources('core'), ...sources('client')];
  const needy = files.filter((file) => NODE_ONLY.test(code(file)));
  expect(needy.sort()).toEqual([...NODE_MAY.keys()]);
});

/** A string on one line, in quotes of any kind, or a comment. */
const STRING_OR_COMMENT = /(?<string>([\x22\x27\x60])(?:\\.|(?!\2)[^\\\n])*\2)|\/\*.*?\*\/|\/\/[^\n]*/gs;

/** A file's text without its comments. What looks like one within a string, as in an address, stays. */
function code(file: string): string {
  return readFileSync(join(root, file), 'utf8').replace(STRING_OR_COMMENT, '$<string>');
}
