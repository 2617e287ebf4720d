// `twinwrite get`

import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { oneLine } from '../../audit/text.ts';
import type { LargeItem, LargeObject } from '../../client/index.ts';
import { CommandFailed, UsageError } from '../errors.ts';
import { exactJson } from '../exact-json.ts';
import { type Io, print, write } from '../io.ts';
import { type Pairs, pairs } from '../pairs.ts';
import { formatBytes } from '../progress.ts';
import { connect, keyOf, keyText, type StoreOptions, withStoreOptions } from '../store.ts';

interface GetOptions extends StoreOptions {
  readonly out?: Pairs<string>;
}

export function registerGet(program: Command, io: Io): void {
  withStoreOptions(program.command('get').description('read an item and its large attributes'))
    .option(
      '--out <name=file>',
      'write a large attribute to a file, or to standard output (-)',
      pairs(asFile),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ twinwrite get --key id=42
  $ twinwrite get --key id=42 --out picture=cat.png --out page=page.html
  $ twinwrite get --key id=42 --out page=- | less
  $ twinwrite get --key id=42 --json`,
    )
    .action((options: GetOptions) => get(options, io));
}

async function get(options: GetOptions, io: Io): Promise<void> {
  const out = Object.entries(options.out ?? {});
  const toStdout = out.filter(([, file]) => file === '-');
  if (toStdout.length > 1 || (toStdout.length > 0 && options.json)) {
    throw new UsageError('--out: standard output (-) can take one attribute, and not together with --json');
  }
  const client = await connect(options, io);
  const item = await client.get(keyOf(options.key, client.store.key));
  if (item === undefined) throw new CommandFailed(`there is no item ${keyText(options.key)}`);
  for (const [name, file] of out) {
    const bytes = await largeOf(item, name).bytes();
    await (file === '-' ? write(io.stdout, bytes) : save(name, file, bytes));
  }
  if (toStdout.length > 0) return;
  await print(io.stdout, options.json ? exactJson(itemJson(item)) : itemText(item));
}

function asFile(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a file name, or -.');
  return text;
}

function largeOf(item: LargeItem, name: string): LargeObject {
  const object = Object.hasOwn(item.large, name) ? item.large[name] : undefined;
  if (object !== undefined) return object;
  const names = Object.keys(item.large).join(', ') || 'none';
  throw new CommandFailed(`--out ${name}: the item has no such large attribute (it has ${names})`);
}

async function save(name: string, file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes);
  } catch (error) {
    throw new CommandFailed(`--out ${name}=${file}: ${(error as Error).message}`);
  }
}

function itemJson({ key, version, attributes, large }: LargeItem): unknown {
  return {
    key,
    version,
    attributes,
    large: Object.fromEntries(
      Object.entries(large).map(([name, object]) => {
        const { uri, size, sha256, contentType, metadata, updatedAt } = object;
        return [name, { uri, size, sha256, contentType, metadata, updatedAt }];
      }),
    ),
  };
}

function itemText({ key, version, attributes, large }: LargeItem): string {
  const plain = { ...key, ...attributes };
  const rows: (readonly [string, string])[] = [
    ...Object.entries(plain).map(([name, value]) => [name, valueText(value)] as const),
    ...Object.entries(large).map(([name, object]) => [name, largeText(object)] as const),
    ['(version)', version === null ? 'not written by Twinwrite' : String(version)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => oneLine(`${name.padEnd(width)}  ${text}`)).join('\n');
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : exactJson(value);
}

function largeText({ contentType, size, uri }: LargeObject): string {
  return `${[contentType, formatBytes(size)].filter(Boolean).join(', ')}  ${uri}`;
}
