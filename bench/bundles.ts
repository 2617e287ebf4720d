// What a function's start costs in processor time: the import of each task's bundle beside that of the bare SDK clients that
// it needs, bundled in the same way. Each import is a process of its own; both take turns, and medians are compared.
//
//   npm run bench:bundles [-- --rounds 15] [--json]

import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS, loadedFiles, TASKS, type Task } from '../lambdas/bundle.ts';

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
  'plan-sweep': { s3: ['GetObjectCommand'] },
  'find-orphans': {
    dynamodb: ['BatchGetItemCommand'],
    s3: ['DeleteObjectsCommand'],
    sfn: ['DescribeExecutionCommand'],
  },
  'total-sweep': { s3: ['GetObjectCommand'] },
};

interface Measured {
  readonly task: Task;
  /** Bytes that Lambda loads at the start. */
  readonly bytes: number;
  readonly bareBytes: number;
  /** Milliseconds of processor time, medians. */
  readonly milliseconds: number;
  readonly bareMilliseconds: number;
  readonly ratio: number;
}

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

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, json: { type: 'boolean', default: false } },
});
const folder = await mkdtemp(join(tmpdir(), 'bundles-'));
try {
  const results: Measured[] = [];
  for (const task of TASKS) results.push(await measured(task, Number(values.rounds)));
  if (values.json) console.log(JSON.stringify(results, undefined, 2));
  else print(results);
} finally {
  await rm(folder, { recursive: true });
}

async function measured(task: Task, rounds: number): Promise<Measured> {
  const files = await loadedFiles(task);
  const own = files[0] as string;
  const bare = await bundleBare(task);
  const times: { own: number; bare: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    times.push({ bare: importing(bare), own: importing(own) });
  }
  const milliseconds = median(times.map((each) => each.own));
  const bareMilliseconds = median(times.map((each) => each.bare));
  return {
    task,
    bytes: await sizeOf(files),
    bareBytes: await sizeOf([bare]),
    milliseconds,
    bareMilliseconds,
    ratio: milliseconds / bareMilliseconds,
  };
}

async function bundleBare(task: Task): Promise<string> {
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

function importing(file: string): number {
  const script = `const before = process.cpuUsage();
    import(${JSON.stringify(pathToFileURL(file).href)}).then(() => {
      const { user, system } = process.cpuUsage(before);
      process.stdout.write(String((user + system) / 1000));
    });`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script], {
    env: { ...process.env, ...ENVIRONMENT },
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`${file}: ${stderr}`);
  return Number(stdout);
}

async function sizeOf(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await readFile(file)).length));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number;
}

function print(results: readonly Measured[]): void {
  console.log('task               KB  bare KB      ms  bare ms  ratio');
  for (const { task, bytes, bareBytes, milliseconds, bareMilliseconds, ratio } of results) {
    const kb = [bytes, bareBytes].map((size) => (size / 1000).toFixed(0).padStart(7)).join('  ');
    const ms = [milliseconds, bareMilliseconds].map((time) => time.toFixed(1).padStart(6)).join('   ');
    console.log(`${task.padEnd(17)}${kb}  ${ms}  ${ratio.toFixed(2)}`);
  }
}
