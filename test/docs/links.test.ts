// The documentation holds together: links lead somewhere, the map names every page, each decision has a number of its own.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { headingIds, linksOf } from './markdown.ts';

const root = join(import.meta.dirname, '..', '..');
const MAP = 'docs/README.md';

const pages = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.md') && !/(^|\/)(node_modules|dist|cdk\.out|\.[^/]+)\//.test(name),
);

const files = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .map((name) => join('docs', name))
  .filter((name) => statSync(join(root, name)).isFile());

function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

interface Target {
  /** Path below the repository's root. */
  readonly path: string;
  /** What stands behind the `#`, if anything does. */
  readonly fragment: string | undefined;
}

/** Where a page's links lead within the repository. */
function targetsOf(page: string): Target[] {
  return linksOf(textOf(page)).map((link) => {
    const [path = '', fragment] = link.split('#');
    return { path: path === '' ? page : join(dirname(page), path), fragment };
  });
}

function isDead({ path, fragment }: Target): boolean {
  if (!existsSync(join(root, path))) return true;
  return fragment !== undefined && !(path.endsWith('.md') && headingIds(textOf(path)).includes(fragment));
}

it.each(pages)('%s: links lead to files and headings that are there', (page) => {
  expect(targetsOf(page).filter(isDead)).toEqual([]);
});

describe('the map', () => {
  it('has a line for every page of docs/', () => {
    const named = new Set(targetsOf(MAP).map(({ path }) => path));
    const unnamed = files.filter((name) => name.endsWith('.md') && name !== MAP && !named.has(name));
    expect(unnamed).toEqual([]);
  });

  it('leads to every other file of docs/, at most by the page that it is for', () => {
    const reached = new Set([MAP, ...targetsOf(MAP).map(({ path }) => path)]);
    for (const page of reached) {
      if (page.startsWith('docs/') && page.endsWith('.md')) {
        for (const { path } of targetsOf(page)) reached.add(path);
      }
    }
    expect(files.filter((name) => !reached.has(name))).toEqual([]);
  });
});

describe('README.md', () => {
  it('stays a page that one reads', () => {
    expect(textOf('README.md').split('\n').length).toBeLessThanOrEqual(201);
  });

  it('names the tarball that npm packs', () => {
    const { version } = JSON.parse(textOf('package.json'));
    const tarballs = textOf('README.md').match(/twinwrite-[\d.]+\.tgz/g) ?? [];
    expect([...new Set(tarballs)]).toEqual([`twinwrite-${version}.tgz`]);
  });
});

describe('decisions', () => {
  const decisions = files.filter((name) => name.startsWith('docs/adr/')).sort();

  it('have a number each', () => {
    const numbers = decisions.map((name) => /^docs\/adr\/(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1]);
    expect(numbers).not.toContain(undefined);
    expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([]);
  });

  it('say the number of their file in their title', () => {
    for (const name of decisions)
      expect(textOf(name), name).toMatch(new RegExp(`^# ${Number.parseInt(name.slice(9), 10)}\\. `));
  });
});
