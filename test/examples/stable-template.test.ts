// The example of docs/upgrading.md: a snapshot that a new release's code does not change, and what it is to show does.

import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { stableTemplate } from '../../examples/stable-template.ts';
import { LargeItemStore, type LargeItemStoreProps } from '../../lib/index.ts';
import { templateApp } from '../lib/app.ts';

function stackOf(props: LargeItemStoreProps = {}): Stack {
  const stack = new Stack(templateApp(), 'Test');
  new LargeItemStore(stack, 'Docs', props);
  return stack;
}

describe('a stable template', () => {
  const stack = stackOf();
  const text = JSON.stringify(stableTemplate(stack));

  it('has no hash of an asset: of none of the functions, and of no definition', () => {
    const all = JSON.stringify(Template.fromStack(stack).toJSON());
    const hashes = new Set(all.match(/[0-9a-f]{64}(?=\.)/g));
    expect(hashes.size).toBe(5);
    for (const hash of hashes) expect(text).not.toContain(hash);
    expect(text.match(/ASSET\.zip/g)).toHaveLength(9);
    expect(text.match(/ASSET\.json/g)).toHaveLength(4);
  });

  it('shows what becomes of the data', () => {
    const changed = stableTemplate(stackOf({ removalPolicy: RemovalPolicy.DESTROY }));
    expect(changed).not.toEqual(stableTemplate(stack));
  });
});
