// The construct's grants, as they are: with all of them every run comes out as it should; without any one of them, some
// run does not. A grant that no run here needs stands in a table with the reason why it is there.

import { rm } from 'node:fs/promises';
import { beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { COPIES_IN_SMALL_PARTS, PART_BYTES } from '../e2e/large-copies.ts';
import { assembleMutant } from '../e2e/mutants.ts';
import { Stage } from '../e2e/one-item.ts';
import { assemblyWithout, grantsOf } from './grants.ts';
import { SCENARIOS, type Scenario, type ScenarioName } from './scenarios.ts';

/**
 * Each grant beside the run that needs it. Those of one group are taken away together: they concern runs that do not
 * need the others.
 */
const NEEDED: readonly Readonly<Record<string, ScenarioName>>[] = [
  {
    'Create lambda:InvokeFunction Plan': 'create',
    'Update lambda:InvokeFunction PutInline': 'an update that replaces an object',
    'Delete lambda:InvokeFunction WriteItem': 'a delete',
  },
  {
    'Create lambda:InvokeFunction PutInline': 'create',
    'Update lambda:InvokeFunction WriteItem': 'an update of a plain attribute',
    'Delete lambda:InvokeFunction DeleteObjects': 'a delete',
  },
  {
    'Create lambda:InvokeFunction WriteItem': 'create',
    'Update lambda:InvokeFunction DeleteObjects': 'an update that replaces an object',
    'Delete lambda:InvokeFunction Plan': 'a delete',
  },
  {
    'Create lambda:InvokeFunction DeleteObjects': 'a create that DynamoDB refuses',
    'Update lambda:InvokeFunction Plan': 'an update of a plain attribute',
  },
  { 'Plan dynamodb:GetItem Table': 'create' },
  {
    'Create lambda:InvokeFunction PutObject': 'a create whose staged object is lost before it is copied',
    'Update lambda:InvokeFunction PutObject': 'an update from the staging prefix',
    'PutInline s3:PutObject Bucket/items/*': 'create',
  },
  {
    'WriteItem s3:GetObject Bucket/items/*': 'a write in doubt for longer than its token lives',
    'SettleRun dynamodb:GetItem Table': 'an update that is settled',
  },
  {
    'WriteItem s3:ListBucket Bucket': 'a create that was undone before its outcome was looked for',
    'SettleRun s3:ListBucket Bucket': 'an update that is settled',
  },
  {
    'PutObject s3:GetObject Bucket/items/*': 'a create whose large copy is complete, but answered with 503',
    'PutObject s3:AbortMultipartUpload Bucket/items/*':
      'a create whose large copy cannot go on, since nothing shows that its source is the same',
    'DeleteObjects s3:AbortMultipartUpload Bucket/items/*': 'a create whose large copy never ends',
  },
  {
    'PutObject s3:ListMultipartUploadParts Bucket/items/*': 'a create whose large copy takes two attempts',
    'DeleteObjects s3:ListBucketMultipartUploads Bucket': 'a create that DynamoDB refuses',
  },
  {
    'PutObject s3:PutObjectTagging Bucket/items/*': 'an update from a staged object with tags',
    'SettleRun s3:DeleteObject Bucket/items/*': 'an update that is settled',
  },
  {
    'PutObject s3:GetObjectTagging Bucket/staging/*': 'an update from a staged object with tags',
    'Create lambda:InvokeFunction SettleRun': 'a create that is settled',
    'Update lambda:InvokeFunction SettleRun': 'an update that is settled',
    'Delete lambda:InvokeFunction SettleRun': 'a delete that is settled',
  },
  { 'PutObject s3:ListBucketMultipartUploads Bucket': 'a create whose large copy takes two attempts' },
  {
    'Plan s3:GetObject Bucket/items/*': 'an update with the content that is there',
    'DeleteObjects s3:DeleteObject Bucket/staging/*': 'an update from the staging prefix',
    'WriteItem dynamodb:DeleteItem Table': 'a delete',
    'WriteItem dynamodb:GetItem Table': 'a write in doubt for longer than its token lives',
  },
  {
    'Plan s3:GetObject Bucket/staging/*': 'an update from the staging prefix',
    'DeleteObjects s3:DeleteObject Bucket/items/*': 'an update that replaces an object',
    'WriteItem dynamodb:PutItem Table': 'create',
  },
  {
    'Plan s3:ListBucket Bucket': 'an update with the content of an object that is lost',
    'PutObject s3:GetObject Bucket/staging/*': 'an update from the staging prefix',
    'DeleteObjects dynamodb:GetItem Table': 'a create that DynamoDB refuses',
  },
  {
    'PutObject s3:PutObject Bucket/items/*': 'an update from the staging prefix',
    'PutObject s3:ListBucket Bucket': 'a create whose staged object is lost before it is copied',
    'WriteItem dynamodb:UpdateItem Table': 'an update of a plain attribute',
  },
  // All of them concern the same run, so each is taken away alone.
  ...[
    'SweepFindOrphans dynamodb:BatchGetItem Table',
    'SweepFindOrphans s3:DeleteObject Bucket/items/*',
    'SweepFindOrphans states:DescribeExecution arn::states:::execution:Create:*',
    'SweepTotal s3:GetObject Bucket/sweeps/*',
    'SweepMachine lambda:InvokeFunction SweepPlan',
    'SweepMachine lambda:InvokeFunction SweepFindOrphans',
    'SweepMachine lambda:InvokeFunction SweepTotal',
    'SweepMachine s3:ListBucket Bucket',
    'SweepMachine s3:PutObject Bucket/sweeps/*',
    'SweepMapRuns states:StartExecution SweepMachine',
  ].map((grant): Readonly<Record<string, ScenarioName>> => ({ [grant]: 'a sweep' })),
];

const NOT_NEEDED_HERE: readonly (readonly [grant: RegExp, reason: string])[] = [
  [/ (?:logs|xray):/, 'only on AWS: the state machine delivers its log and its traces'],
  [
    /^SweepFindOrphans states:DescribeExecution .*:(?:Update|Delete):\*$/,
    'as for those of Create: this orphan is of a create',
  ],
  [
    /^SweepMachine s3:(?:GetObject|ListMultipartUploadParts|AbortMultipartUpload) /,
    'only on AWS: large reports are written in parts (Developer Guide, "IAM policies for ResultWriter")',
  ],
  [
    /^SweepMapRuns states:(?:Describe|Stop|Redrive)Execution /,
    'only on AWS: how it looks after children ("IAM policies for Distributed Map"); Express ones are started anew',
  ],
  [/ lambda:.*:\*$/, 'CDK grants versions and aliases along with the function; the state machines name none'],
];

let grants: string[];

beforeAll(async () => {
  grants = await grantsOf(inject('assembly'));
});

test('every grant is either needed by some run or has its reason', () => {
  const needed = NEEDED.flatMap((group) => Object.keys(group));
  const unexplained = grants.filter((grant) => !needed.includes(grant) && !isNotNeeded(grant));
  expect(unexplained).toEqual([]);
  expect(needed.filter((grant) => !grants.includes(grant))).toEqual([]);
  expect(NOT_NEEDED_HERE.filter(([pattern]) => !grants.some((grant) => pattern.test(grant)))).toEqual([]);
});

// With all of them, too, then: a grant takes no right away.
test('without the grants that no run needs every run comes out as it should', async () => {
  const stage = await openWithout(grants.filter(isNotNeeded));
  for (const [name, scenario] of Object.entries<Scenario>(SCENARIOS)) {
    stage.reset();
    expect(await scenario.run(stage), name).toEqual(scenario.outcome);
  }
});

test.each(NEEDED.map((group) => [Object.keys(group).join(', '), group] as const))(
  'without %s the runs that need it do not come out as they should',
  async (_, group) => {
    const stage = await openWithout(Object.keys(group));
    for (const [grant, name] of Object.entries(group)) {
      stage.reset();
      expect(await SCENARIOS[name].run(stage), `${name}, without ${grant}`).not.toEqual(
        SCENARIOS[name].outcome,
      );
    }
  },
);

function isNotNeeded(grant: string): boolean {
  return NOT_NEEDED_HERE.some(([pattern]) => pattern.test(grant));
}

async function openWithout(removed: readonly string[]): Promise<Stage> {
  const stage = new Stage();
  onTestFinished(() => stage.close());
  const assembly = await assembleMutant(
    await assemblyWithout(inject('assembly'), removed),
    COPIES_IN_SMALL_PARTS,
  );
  onTestFinished(() => rm(assembly, { recursive: true }));
  await stage.open({ assembly, minPartBytes: PART_BYTES });
  return stage;
}
