// MiniStack as a place to deploy to, by the CDK's own command: another program's CloudFormation, IAM, Lambda, DynamoDB, S3 and
// Step Functions.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPython, startMiniStack } from '../../bench/local/clouds.ts';
import { runCdk } from './cdk.ts';

const APP = join(import.meta.dirname, 'app.ts');
const COMMAND_MS = 300_000;
const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
export const STACK = 'TwinwriteDeploy';

export interface Deployed extends AsyncDisposable {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What bootstrap and deploy have printed. */
  readonly said: { readonly bootstrap: string; readonly deploy: string };
  readonly outputs: Readonly<Record<string, string>>;
  /** Deploys once more. @returns what that has printed */
  deployAgain(): Promise<string>;
}

/** @returns undefined where there is no Python to run it with, which is said on standard error */
export async function deployToMiniStack(): Promise<Deployed | undefined> {
  const python = await findPython();
  if (python === undefined) {
    console.error('test:deploy: skipped: MiniStack needs Python 3 with venv and pip');
    return undefined;
  }
  const cloud = await startMiniStack(python);
  const folder = await mkdtemp(join(tmpdir(), 'twinwrite-deploy-'));
  const endpoint = `http://127.0.0.1:${cloud.port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const stop = async (): Promise<void> => {
    await cloud.stop();
    await rm(folder, { recursive: true });
  };
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: REGION,
    CDK_DEFAULT_ACCOUNT: ACCOUNT,
    CDK_DEFAULT_REGION: REGION,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    CI: 'true',
  };
  const command = { app: APP, output: join(folder, 'cdk.out'), env, timeoutMs: COMMAND_MS };
  const outputsFile = join(folder, 'outputs.json');
  const deploy = () =>
    runCdk(command, ['deploy', STACK, '--require-approval', 'never', '--outputs-file', outputsFile]);
  try {
    const bootstrap = await runCdk(command, ['bootstrap', `aws://${ACCOUNT}/${REGION}`]);
    const said = { bootstrap, deploy: await deploy() };
    const outputs = JSON.parse(await readFile(outputsFile, 'utf8'))[STACK] as Record<string, string>;
    return { endpoint, credentials, said, outputs, deployAgain: deploy, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
