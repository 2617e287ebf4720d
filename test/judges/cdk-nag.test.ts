// cdk-nag's rules over the constructs: AwsSolutions and NIST 800-53 (revision 5).

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks, type NagPack, NIST80053R5Checks } from 'cdk-nag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AWS_SOLUTIONS, NIST } from './accepted.ts';
import { type Finding, needless, unexpected } from './findings.ts';
import { makeVariants, type Variant } from './variants.ts';

let folder: string;
let app: App;
let variants: readonly Variant[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinwrite-judges-'));
  ({ app, variants } = makeVariants(folder));
  app.synth();
});
afterAll(() => rmSync(folder, { recursive: true }));

type Pack = new (app: App) => NagPack;

function found(Rules: Pack, name: string, stack: Stack): Finding[] {
  const { violations } = new Rules(app).validateScope(stack);
  return violations.flatMap(({ ruleName, description, violatingResources }) => {
    const [, rule = ruleName, what = ''] = /^([^[]+)(?:\[(.*)\])?$/.exec(ruleName) ?? [];
    return violatingResources.map((each) => {
      const path = (each as { constructPath?: string }).constructPath ?? '';
      const subject = `${path.slice(path.indexOf('/') + 1)} ${what}`.trim();
      return { rule, variant: name, subject, message: description };
    });
  });
}

describe.each([
  ['AwsSolutions', AwsSolutionsChecks, AWS_SOLUTIONS],
  ['NIST 800-53', NIST80053R5Checks, NIST],
] as const)('%s', (_, Rules, accepted) => {
  test('finds nothing but what is accepted with a reason, and all of that', () => {
    const findings = variants.flatMap(({ name, stack }) => found(Rules, name, stack));
    expect(unexpected(findings, accepted)).toEqual([]);
    expect(needless(findings, accepted)).toEqual([]);
  });

  test('finds what is wrong: it looks at the constructs of this copy of the CDK', () => {
    const stack = new Stack(app, `Wrong${Rules.name}`);
    new Bucket(stack, 'Bucket');
    expect(found(Rules, 'wrong', stack)).not.toEqual([]);
  });
});
