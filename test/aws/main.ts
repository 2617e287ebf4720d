// `npm run test:aws`: deploys a store of its own into an account, lives in it, settles what is assumed, and takes it away again.

import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { LargeItemClient } from '../../client/index.ts';
import { runCdk } from '../deploy/cdk.ts';
import { settleAll } from './assumptions.ts';
import { live } from './life.ts';
import { holds, reportText, type TrialReport, writeReport } from './report.ts';
import { empty, type Trial } from './trial.ts';

const HELP = `usage: npm run test:aws -- --yes [options]

Deploys a store under a name of its own into the account of your credentials, with the CDK (the account must be bootstrapped), runs
the life of some items there, settles each assumption of docs/assurance.md that can be settled, records the histories, and
deletes the stack with all that is in it. About ten minutes, and less than $0.05: some 300 state transitions, a few hundred
requests of S3, DynamoDB and Lambda, 20 MiB for as long as it takes.
Exit codes: 0 all as assumed, 1 not so, 2 wrong usage or no credentials, 130 interrupted (the stack is deleted first).

  --yes         do it; without it, only who would pay is said
  --region R    default: AWS_REGION
  --out DIR     where the report goes (default: aws-trial-{time})
  --keep        leave the stack there
  --help`;

const { values } = parseArgs({
  options: {
    yes: { type: 'boolean', default: false },
    region: { type: 'string' },
    out: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const COMMAND_MS = 30 * 60_000;
const say = (line: string): void => console.error(line);

/** The CDK's own command, on the trial's app. @throws {Error} with what it has printed, when it fails */
async function cdk(stack: string, region: string, folder: string, args: readonly string[]): Promise<void> {
  const app = join(import.meta.dirname, 'app.ts');
  const env = { ...process.env, TRIAL_STACK: stack, AWS_REGION: region, CI: 'true' };
  await runCdk({ app, output: join(folder, 'cdk.out'), env, timeoutMs: COMMAND_MS }, args);
}

/** A trial of the stack, whose clients call AWS as an app would. */
async function trialOf(stack: string, region: string, probeRole: string): Promise<Trial> {
  const [s3, dynamodb, sfn] = [
    new S3Client({ region }),
    new DynamoDBClient({ region }),
    new SFNClient({ region }),
  ];
  const client = await LargeItemClient.fromStack({ stackName: stack, region, s3, dynamodb, sfn });
  const pause = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));
  return { client, s3, dynamodb, sfn, probeRole, bucket: client.store.bucket, pause, say };
}

async function main(region: string): Promise<number> {
  const { Account, Arn } = await new STSClient({ region }).send(new GetCallerIdentityCommand({}));
  say(`Account ${Account}, Region ${region}, as ${Arn}`);
  if (!values.yes) {
    say('Nothing was done. With --yes it is: see --help for what, and what it costs.');
    return 2;
  }
  const stack = `TwinwriteTrial-${randomBytes(4).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), 'twinwrite-trial-'));
  const startedAt = new Date().toISOString();
  let interrupted = false;
  process.on('SIGINT', () => {
    interrupted = true;
    say('Interrupted: the stack is deleted after the step that is under way.');
  });
  let trial: Trial | undefined;
  const remove = async (): Promise<void> => {
    if (trial !== undefined) await empty(trial);
    await cdk(stack, region, folder, ['destroy', stack, '--force']);
  };
  try {
    say(`Deploying ${stack} …`);
    const outputsFile = join(folder, 'outputs.json');
    await cdk(stack, region, folder, [
      'deploy',
      stack,
      '--require-approval',
      'never',
      '--outputs-file',
      outputsFile,
    ]);
    const outputs = JSON.parse(await readFile(outputsFile, 'utf8'))[stack] as Record<string, string>;
    trial = await trialOf(stack, region, outputs.ProbeRole ?? '');
    const steps = interrupted ? [] : await live(trial, () => interrupted);
    const settled = interrupted ? [] : await settleAll(trial, () => interrupted);
    const report: TrialReport = { startedAt, region, steps, settled };
    const out = values.out ?? `aws-trial-${startedAt.replaceAll(/[:.]/g, '-')}`;
    await writeReport(out, report);
    console.log(reportText(report));
    say(`Written to ${out}.`);
    if (interrupted) return 130;
    return holds(report) ? 0 : 1;
  } finally {
    if (values.keep)
      say(`${stack} is still there: delete it by cdk destroy, or in the console of CloudFormation.`);
    else {
      say(`Deleting ${stack} …`);
      await remove().catch((error: unknown) => {
        say(`${stack} could not be deleted, and costs on: ${String(error)}`);
        process.exitCode = 1;
      });
    }
    await rm(folder, { recursive: true });
  }
}

const region = values.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
if (values.help) console.log(HELP);
else if (region === undefined) {
  say('test:aws: no Region: give --region, or set AWS_REGION');
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await main(region);
  } catch (error) {
    const isLogin = error instanceof Error && /Credentials|Token|AccessKey|Signature/.test(error.name);
    say(`test:aws: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = isLogin ? 2 : 1;
  }
}
