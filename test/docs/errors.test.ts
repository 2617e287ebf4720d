// docs/errors.md tells every error class of the client, every reason with its details, and every error of a task.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as general from '../../client/errors/errors.ts';
import * as read from '../../client/errors/read-errors.ts';
import * as write from '../../client/errors/write-errors.ts';
import * as exported from '../../client/index.ts';
import { causeSchemas, errorsOf, FAILURE_REASONS } from '../../core/errors/causes.ts';
import { BRANCH_ERRORS, DELETE_ERRORS, WRITE_ERRORS } from '../../core/errors/errors.ts';

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'errors.md'), 'utf8');

const client = { ...general, ...read, ...write };
const { TwinwriteError } = general;

/** Cells of the tables' rows below a heading, by the name in the first cell. */
function rows(heading: string): ReadonlyMap<string, readonly string[]> {
  const section = text.split(/^## /m).find((each) => each.startsWith(heading)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| `'));
  const cells = lines.map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
  return new Map(cells.map(([name = '', ...rest]) => [name.replaceAll('`', ''), rest]));
}

describe('docs/errors.md', () => {
  it('has each class: when, what was written, what to do; and none that there is not', () => {
    const isError = (value: unknown): value is typeof TwinwriteError =>
      typeof value === 'function' && (value === TwinwriteError || value.prototype instanceof TwinwriteError);
    const classes = Object.values<unknown>(client).filter(isError);
    const names = classes.map(({ name }) => name);
    expect([...rows('Classes').keys()].sort()).toEqual([...names].sort());
    for (const [name, cells] of rows('Classes')) {
      expect(cells, name).toEqual([
        expect.stringMatching(/\w/),
        expect.stringMatching(/\w/),
        expect.stringMatching(/\w/),
      ]);
    }
    for (const name of names) expect(exported).toHaveProperty(name);
  });

  it("has each reason with its cause's details, as the contract has them", () => {
    const documented = [...rows('Reasons')].map(([reason, [why, details, what]]) => {
      expect([why, what], reason).toEqual([expect.stringMatching(/\w/), expect.stringMatching(/\w/)]);
      return [reason, [...(details ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name)];
    });
    const actual = FAILURE_REASONS.map((reason) => [
      reason,
      Object.keys(causeSchemas[reason].shape).filter((name) => name !== 'message'),
    ]);
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(actual));
  });

  it('has each error of a task that is no reason by itself', () => {
    const reasons = new Set<string>(FAILURE_REASONS.filter((reason) => errorsOf(reason).length > 0));
    const errors = [...WRITE_ERRORS, ...DELETE_ERRORS].filter((name) => !reasons.has(name));
    expect([...rows('Errors of tasks').keys()]).toEqual(
      expect.arrayContaining([...BRANCH_ERRORS, ...errors]),
    );
  });
});
