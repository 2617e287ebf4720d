// Bundles of the tasks, beside bundles of nothing but the SDK clients and commands that each cannot do without, as esbuild makes them:
// with the tasks' credentials, and with what lambdas/lean-sdk.ts leaves out of the tasks.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS, loadedFiles, TASKS, type Task } from '../../lambdas/bundle.ts';
import type { Contest } from './importing.ts';

type Service = 'dynamodb' | 's3' | 'sfn';

const CLIENTS = {
  dynamodb: 'DynamoDBClient',
  s3: 'S3Client',
  sfn: 'SFNClient',
} as const satisfies Record<Service, string>;

/** What each task cannot do without: clients, and the commands that its source sends. */
const NEEDED: Readonly<Record<Task, Partial<Record<Service, readonly string[]>>>> = {
  plan: { dynamodb: ['GetItemCommand'], s3: ['GetObjectCommand', 'HeadObjectCommand'] },
  'put-inline': { s3: ['PutObjectCommand'] },
  'put-object': {
    s3: [
      'PutObjectCommand',
      'HeadObjectCommand',
      'CopyObjectCommand',
      'CreateMultipartUploadCommand',
      'UploadPartCopyCommand',
      'ListPartsCommand',
      'CompleteMultipartUploadCommand',
      'ListMultipartUploadsCommand',
      'AbortMultipartUploadCommand',
    ],
  },
  'write-item': { dynamodb: ['GetItemCommand', 'TransactWriteItemsCommand'] },
  'delete-objects': {
    dynamodb: ['GetItemCommand'],
    s3: ['DeleteObjectsCommand', 'ListMultipartUploadsCommand', 'AbortMultipartUploadCommand'],
  },
  'clean-up-removed': { dynamodb: ['GetItemCommand'], s3: ['DeleteObjectsCommand'] },
  'settle-run': { dynamodb: ['GetItemCommand'], s3: ['ListObjectsV2Command', 'DeleteObjectsCommand'] },
  'plan-sweep': { s3: ['GetObjectCommand'] },
  'find-orphans': {
    dynamodb: ['BatchGetItemCommand'],
    s3: ['DeleteObjectsCommand'],
    sfn: ['DescribeExecutionCommand'],
  },
  'total-sweep': { s3: ['GetObjectCommand'] },
};

const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  STORE: JSON.stringify({
    ...{ table: 'Table', bucket: 'bucket', prefix: 'items', stagingPrefix: 'staging' },
    key: { partitionKey: { name: 'id', type: 'S' } },
  }),
  SWEEP: JSON.stringify({
    ...{ reportPrefix: 'sweeps', metricName: 'Store' },
    stateMachines: { create: 'create', update: 'update', delete: 'delete' },
  }),
};

/** @param folder - where the bare bundles go */
export async function bundleContests(folder: string): Promise<readonly Contest[]> {
  return Promise.all(
    TASKS.map(async (task) => {
      const files = await loadedFiles(task);
      const bare = await bundleBare(task, folder);
      return {
        name: task,
        kind: 'task' as const,
        own: [files[0] as string],
        bare: [bare],
        bytes: { own: await sizeOf(files), bare: await sizeOf([bare]) },
        environment: ENVIRONMENT,
      };
    }),
  );
}

async function bundleBare(task: Task, folder: string): Promise<string> {
  const lines = Object.entries(NEEDED[task]).flatMap(([service, commands]) => {
    const client = CLIENTS[service as Service];
    return [
      `import { ${[client, ...commands].join(', ')} } from '@aws-sdk/client-${service}';`,
      `export const ${service} = [new ${client}({}), ${commands.join(', ')}];`,
    ];
  });
  const outfile = join(folder, `${task}.mjs`);
  await build({
    ...BUNDLE_OPTIONS,
    stdin: { contents: lines.join('\n'), resolveDir: import.meta.dirname },
    outfile,
  });
  return outfile;
}

async function sizeOf(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await readFile(file)).length));
  return sizes.reduce((sum, size) => sum + size, 0);
}
