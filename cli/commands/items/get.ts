// `twinwrite get`

import { type Command, InvalidArgumentError } from 'commander';
import { TwinwriteError } from '../../../client/errors/errors.ts';
import { ItemChanged } from '../../../client/errors/read-errors.ts';
import type { DownloadOptions, LargeItem, LargeItemClient, LargeObject } from '../../../client/index.ts';
import { CommandFailed, Interrupted, UsageError } from '../../errors.ts';
import { exactJson } from '../../exact-json.ts';
import { collect, type Pairs, pairs } from '../../input/pairs.ts';
import { type Io, print, write } from '../../io.ts';
import { connect, keyOf, keyText, type StoreOptions, withStoreOptions } from '../../store.ts';
import { itemJson, itemText } from '../../text/item-text.ts';
import { progressLine } from '../../text/progress.ts';

interface GetOptions extends StoreOptions {
  readonly only?: readonly string[];
  readonly out?: Pairs<string>;
  readonly url?: readonly string[];
  readonly expiresIn?: number;
}

/** How often the item may be written while its content is fetched, until the command gives up. */
const MAX_ATTEMPTS = 5;

export function registerGet(program: Command, io: Io): void {
  withStoreOptions(program.command('get').description('read an item and its large attributes'))
    .option('--only <name>', 'look at this large attribute only; may be repeated (default: all)', collect)
    .option(
      '--out <name=file>',
      'write a large attribute to a file, or to standard output (-)',
      pairs(asFile),
    )
    .option('--url <name>', 'print a presigned URL of a large attribute; may be repeated', collect)
    .option('--expires-in <seconds>', 'how long the URLs are good for (default: 900)', asSeconds)
    .addHelpText(
      'after',
      `
Content is fetched for --out only. It is checked against its SHA-256 while it comes in, and a file comes into being
whole or not at all.

Examples:
  $ twinwrite get --key id=42
  $ twinwrite get --key id=42 --out picture=cat.png --out page=page.html
  $ twinwrite get --key id=42 --out page=- | less
  $ twinwrite get --key id=42 --json
  $ curl "$(twinwrite get --key id=42 --url picture)"`,
    )
    .action((options: GetOptions) => get(options, io));
}

async function get(options: GetOptions, io: Io): Promise<void> {
  checkOptions(options);
  io.interruption.says = NO_FILE_LEFT;
  const client = await connect(options, io);
  const controller = new AbortController();
  const progress = progressLine(io.stderr);
  const stopListening = io.onSignal(['SIGINT'], () => controller.abort());
  try {
    await fetchItem(client, options, io, { signal: controller.signal, onProgress: progress.update });
  } catch (error) {
    throw controller.signal.aborted ? new Interrupted(NO_FILE_LEFT) : error;
  } finally {
    progress.end();
    stopListening();
  }
}

const NO_FILE_LEFT = 'interrupted; no file was left half written';

function checkOptions({ out = {}, url, expiresIn, json }: GetOptions): void {
  const toStdout = Object.values(out).filter((file) => file === '-').length;
  if (toStdout > 1 || (toStdout > 0 && (json || url !== undefined))) {
    throw new UsageError(
      '--out: standard output (-) can take one attribute, and not together with --json or --url',
    );
  }
  const files = Object.values(out);
  const twice = files.find((file, at) => files.indexOf(file) !== at);
  if (twice !== undefined) throw new UsageError(`--out: ${twice} cannot hold two attributes`);
  if (expiresIn !== undefined && url === undefined) throw new UsageError('--expires-in: there is no --url');
}

/** Gets all that is asked for of one version of the item, and prints it. */
async function fetchItem(
  client: LargeItemClient,
  options: GetOptions,
  io: Io,
  download: DownloadOptions,
): Promise<void> {
  const key = keyOf(options.key, client.store.key);
  for (let attempt = 1; ; attempt++) {
    const item = await client.get(key, { attributes: namesOf(options), signal: download.signal });
    if (item === undefined) throw new CommandFailed(`there is no item ${keyText(options.key)}`);
    try {
      const files = Object.entries(options.out ?? {}).filter(([, file]) => file !== '-');
      for (const [name, file] of files) {
        await save(largeOf(item, options, '--out', name), name, file, download);
      }
    } catch (error) {
      // Nothing has been printed yet: what was saved of the older version is written anew.
      if (error instanceof ItemChanged && attempt < MAX_ATTEMPTS) continue;
      throw error;
    }
    return printItem(item, options, io, download);
  }
}

/** The large attributes to look at; undefined: all. */
function namesOf({ only, out = {}, url = [] }: GetOptions): readonly string[] | undefined {
  const named = [...Object.keys(out), ...url];
  if (only !== undefined) return [...only, ...named];
  // Only these are printed.
  return Object.values(out).includes('-') ? named : undefined;
}

async function printItem(
  item: LargeItem,
  options: GetOptions,
  io: Io,
  download: DownloadOptions,
): Promise<void> {
  const { out = {}, url, expiresIn, json } = options;
  const [streamed] = Object.entries(out).find(([, file]) => file === '-') ?? [];
  if (streamed !== undefined) {
    // The line would stand in the middle of the content.
    const onProgress = io.stdout.isTTY ? undefined : download.onProgress;
    const stream = largeOf(item, options, '--out', streamed).stream({ ...download, onProgress });
    for await (const chunk of stream) await write(io.stdout, chunk);
    return;
  }
  const urls = (url ?? []).map(async (name) => {
    return [name, await largeOf(item, options, '--url', name).presignedUrl({ expiresIn })] as const;
  });
  const byName = new Map(await Promise.all(urls));
  if (json) await print(io.stdout, exactJson(itemJson(item, byName)));
  else await print(io.stdout, url === undefined ? itemText(item) : [...byName.values()].join('\n'));
}

function asFile(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a file name, or -.');
  return text;
}

function asSeconds(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Expected whole seconds, up to 604800.');
  return Number(text);
}

function largeOf(item: LargeItem, options: GetOptions, option: string, name: string): LargeObject {
  const object = Object.hasOwn(item.large, name) ? item.large[name] : undefined;
  if (object !== undefined) return object;
  const all = namesOf(options) === undefined;
  const others = all ? ` (it has ${Object.keys(item.large).join(', ') || 'none'})` : '';
  throw new CommandFailed(`${option} ${name}: the item has no such large attribute${others}`);
}

async function save(
  object: LargeObject,
  name: string,
  file: string,
  download: DownloadOptions,
): Promise<void> {
  try {
    await object.toFile(file, download);
  } catch (error) {
    if (error instanceof TwinwriteError || download.signal?.aborted) throw error;
    // Without what was called with which path: it is the name of the temporary file.
    const problem = (error as Error).message.replace(/, \w+( '.*')?$/s, '');
    throw new CommandFailed(`--out ${name}=${file}: ${problem}`);
  }
}
