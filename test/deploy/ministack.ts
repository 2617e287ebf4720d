// MiniStack as a place to deploy to, by the CDK's own command: another program's CloudFormation, IAM, Lambda, DynamoDB, S3 and
// Step Functions.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPython, startMiniStack } from '../../bench/local/clouds.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const CDK = join(ROOT, 'node_modules', '.bin', 'cdk');
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
  const app = ['--app', `${process.execPath} --import tsx ${APP}`, '--output', join(folder, 'cdk.out')];
  const outputsFile = join(folder, 'outputs.json');
  const deploy = () =>
    run([...app, 'deploy', STACK, '--require-approval', 'never', '--outputs-file', outputsFile], env);
  try {
    const bootstrap = await run([...app, 'bootstrap', `aws://${ACCOUNT}/${REGION}`], env);
    const said = { bootstrap, deploy: await deploy() };
    const outputs = JSON.parse(await readFile(outputsFile, 'utf8'))[STACK] as Record<string, string>;
    return { endpoint, credentials, said, outputs, deployAgain: deploy, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the CDK's command has printed. @throws {Error} with that, when it fails */
function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(CDK, [...args], { cwd: ROOT, env, timeout: COMMAND_MS }, (error, stdout, stderr) => {
      if (error) reject(new Error(`cdk ${args.join(' ')}\n${stdout}${stderr}`));
      else resolve(stdout + stderr);
    });
  });
}
