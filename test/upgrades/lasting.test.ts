// An upgrade replaces nothing that holds data, and takes nothing away that runs of an earlier release need (docs/upgrading.md).

import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { LargeItemStack } from '../../lib/index.ts';
import { templateApp } from '../lib/app.ts';
import { lastingIn, replacements } from '../lib/replacements.ts';
import { RELEASES, storeOf } from './fixtures.ts';

const present = lastingIn(Template.fromStack(new LargeItemStack(templateApp(), 'Twinwrite')));

describe.each(RELEASES)('an upgrade from %s', (release) => {
  const { lasting } = storeOf(release);

  it('keeps table, bucket, state machines and functions', () => {
    expect(Object.keys(lasting).length).toBeGreaterThan(10);
    expect(replacements(lasting, present)).toEqual([]);
  });

  it.each(Object.keys(lasting))('would be found to lack %s', (id) => {
    const { [id]: _, ...others } = present;
    expect(replacements(lasting, others)).toEqual([`${id}: gone`]);
  });
});
