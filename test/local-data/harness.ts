// Local clouds in processes of their own, on folders that outlive them: what tests of restarts and kills share.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { S3 } from '@aws-sdk/client-s3';
import { SFN } from '@aws-sdk/client-sfn';
import { onTestFinished } from 'vitest';
import type { LocalCloud, LocalCloudOptions } from '../../local/index.ts';

const PROGRAM = join(import.meta.dirname, 'cloud-process.ts');
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** A new folder, gone after the test. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'twinwrite-data-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface CloudProcess extends Pick<LocalCloud, 'endpoint' | 'resources' | 'outputs'>, Clients {
  readonly pid: number;
  /** Ends it as a crash does: nothing of it runs any more, not even a handler. */
  kill(): Promise<void>;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<void>;
}

export interface Clients {
  readonly s3: S3;
  readonly dynamodb: DynamoDB;
  readonly sfn: SFN;
}

/** Starts a cloud in a process of its own, which ends with the test at the latest. */
export async function startProcess(options: LocalCloudOptions): Promise<CloudProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => end(child, 'SIGKILL'));
  const errors = text(child.stderr);
  const lines = createInterface(child.stdout);
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(async () => Promise.reject(new Error(await errors))),
  ]);
  const place = JSON.parse(line) as Pick<LocalCloud, 'endpoint' | 'resources' | 'outputs'>;
  return {
    ...place,
    ...clientsOf(place.endpoint),
    pid: child.pid as number,
    kill: () => end(child, 'SIGKILL'),
    stop: () => end(child, 'SIGTERM'),
  };
}

/** Clients that ask once: what is acknowledged is acknowledged, and what fails is not sent again. */
export function clientsOf(endpoint: string): Clients {
  const config = { endpoint, region: 'us-east-1', credentials: CREDENTIALS, maxAttempts: 1 };
  const clients = {
    s3: new S3({ ...config, forcePathStyle: true }),
    dynamodb: new DynamoDB(config),
    sfn: new SFN(config),
  };
  onTestFinished(() => {
    for (const client of Object.values(clients)) client.destroy();
  });
  return clients;
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** ARN of the state machine of {@link storesTemplate}. */
export const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:machine';

/** A bucket, a table and a state machine: something in each of the stores that a folder keeps. */
export function storesTemplate(definition: string) {
  return {
    Resources: {
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'bucket' } },
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'table',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        },
      },
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          StateMachineName: 'machine',
          RoleArn: 'arn:aws:iam::000000000000:role/none',
          DefinitionString: definition,
        },
      },
    },
  };
}
