// `twinwrite local`: the local cloud with the product's stack, in the foreground.

import { type Command, InvalidArgumentError } from 'commander';
import { type StoreDescriptor, storeIn } from '../../../core/contract/store.ts';
import type { KeyAttribute, KeyType } from '../../../core/keys/item-key.ts';
import { keyAttributes } from '../../../core/keys/item-key.ts';
import { parseKeyAttribute } from '../../../lib/key-option.ts';
import { isOrigin } from '../../../lib/storage/origin.ts';
import { CommandFailed } from '../../errors.ts';
import { jsonText } from '../../exact-json.ts';
import { asPort, portInUse } from '../../input/port.ts';
import { type Io, print } from '../../io.ts';
import { storeAssembly } from './ready-made.ts';
import { STACK_NAME } from './synth.ts';

interface LocalOptions {
  readonly port: number;
  readonly partitionKey?: KeyAttribute;
  readonly sortKey?: KeyAttribute;
  readonly ttl?: string;
  readonly uploadOrigin?: readonly string[];
  readonly pageOrigin?: readonly string[];
  readonly express?: true;
  readonly timeScale: number;
  readonly data?: string;
  readonly iam: boolean;
  readonly json?: true;
}

export function registerLocal(program: Command, io: Io): void {
  program
    .command('local')
    .description('run S3, DynamoDB, Lambda and Step Functions on one local port, with a store in them')
    .option('--port <number>', 'port on 127.0.0.1; 0: a free one', asPort, 4566)
    .option('--partition-key <name:type>', "the table's partition key, type S, N or B (default: id:S)", asKey)
    .option('--sort-key <name:type>', "the table's sort key (default: none)", asKey)
    .option('--ttl <name>', 'the attribute of time to live, in seconds since 1970 (default: none)')
    .option(
      '--upload-origin <origin>',
      'let pages of this origin upload by presigned URLs; may be repeated (default: none)',
      addOrigin,
    )
    .option(
      '--page-origin <origin>',
      'let pages of this origin call every service; may be repeated (default: none)',
      addPageOrigin,
    )
    .option('--express', 'give the store an Express lane, for writes with --lane express (default: none)')
    .option('--time-scale <number>', 'how many seconds of a wait pass in one', asTimeScale, 1)
    .option('--data <dir>', 'keep objects, items and executions in this folder (default: in memory)')
    .option('--no-iam', "do not check what functions and state machines do against their roles' policies")
    .option('--json', 'print one line of JSON: endpoint, region, table, bucket, stateMachines')
    .addHelpText(
      'after',
      `
Ctrl-C stops it. With --data everything is there again at the next start, also after a crash: runs that were cut
off are ABORTED and can be redriven. Without it, everything is in memory and gone at the end.

Examples:
  $ twinwrite local
  $ twinwrite local --port 0 --partition-key tenant:S --sort-key number:N
  $ twinwrite local --data .twinwrite
  $ twinwrite local --upload-origin http://127.0.0.1:3000
  $ twinwrite local --express
  $ twinwrite local --time-scale 60 --json`,
    )
    .action((options: LocalOptions) => serve(options, io));
}

async function serve(options: LocalOptions, io: Io): Promise<void> {
  const stopAsked = new Promise<void>((resolve) => {
    io.onSignal(['SIGINT', 'SIGTERM'], () => resolve());
  });
  const { DataError, startLocalCloud } = await import('../../../local/index.ts');
  const assembly = await storeAssembly({ ...options, uploadOrigins: options.uploadOrigin });
  try {
    const cloud = await startLocalCloud({
      assembly: assembly.folder,
      port: options.port,
      timeScale: options.timeScale,
      data: options.data,
      iam: options.iam,
      ...(options.pageOrigin && { pageOrigins: options.pageOrigin }),
      onError: (error) => void print(io.stderr, `local cloud: ${String(error)}`),
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') throw portInUse(options.port);
      const refusal = [error, error.cause].find((reason) => reason instanceof DataError);
      throw refusal ? new CommandFailed(refusal.message) : error;
    });
    try {
      for (const what of cloud.ignored) await print(io.stderr, `not done locally: ${what}`);
      const store = storeIn(cloud.outputs[STACK_NAME] ?? {});
      await print(io.stdout, options.json ? jsonLine(cloud, store) : introduction(cloud, store));
      await stopAsked;
    } finally {
      await cloud.stop();
    }
  } finally {
    await assembly.remove();
  }
}

interface Place {
  readonly endpoint: string;
  readonly region: string;
  readonly env: Readonly<Record<string, string>>;
}

function jsonLine({ endpoint, region }: Place, store: StoreDescriptor): string {
  const { table, bucket, sweep } = store;
  const stateMachines = { ...store.stateMachines, sweep: sweep?.stateMachine };
  const express = store.express && { expressStateMachines: store.express.stateMachines };
  return jsonText({ endpoint, region, table, bucket, stateMachines, ...express });
}

function introduction({ endpoint, env }: Place, store: StoreDescriptor): string {
  const key = keyAttributes(store.key).map(({ name, type }) => `--key ${name}=${SAMPLE_KEYS[type]}`);
  return `Twinwrite's local cloud runs at ${endpoint}. Ctrl-C stops it.

${Object.entries(env)
  .map(([name, value]) => `export ${name}=${value}`)
  .join('\n')}

table   ${store.table}
bucket  ${store.bucket}
create  ${store.stateMachines.create}
update  ${store.stateMachines.update}
delete  ${store.stateMachines.delete}
sweep   ${store.sweep?.stateMachine}

With these exports, in another shell:
npx twinwrite create ${key.join(' ')} --set title=Hello --large page='<h1>Hello</h1>'
npx twinwrite get ${key.join(' ')} --out page=-
`;
}

const SAMPLE_KEYS: Readonly<Record<KeyType, string>> = { S: '42', N: '42', B: 'NDI=' };

function asTimeScale(text: string): number {
  const scale = Number(text);
  if (!(Number.isFinite(scale) && scale > 0) || text.trim() === '') {
    throw new InvalidArgumentError('Expected a number above 0.');
  }
  return scale;
}

function asKey(text: string): KeyAttribute {
  try {
    return parseKeyAttribute(text, '');
  } catch {
    throw new InvalidArgumentError('Expected NAME:S, NAME:N or NAME:B.');
  }
}

function addOrigin(origin: string, earlier: readonly string[] = []): readonly string[] {
  if (isOrigin(origin)) return [...earlier, origin];
  throw new InvalidArgumentError('Expected an origin, such as http://127.0.0.1:3000, with one * at most.');
}

function addPageOrigin(origin: string, earlier?: readonly string[]): readonly string[] {
  if (origin !== '*') return addOrigin(origin, earlier);
  throw new InvalidArgumentError('Expected an origin: every site would be let in.');
}
