// `twinwrite get`

import { type Command, InvalidArgumentError } from 'commander';
import { TwinwriteError } from '../../../client/errors/errors.ts';
import { ItemChanged } from '../../../client/errors/read-errors.ts';
import type { DownloadOptions, Key, LargeItem, LargeItemClient, LargeObject } from '../../../client/index.ts';
import { CommandFailed, Interrupted, UsageError } from '../../errors.ts';
import { exactJson } from '../../exact-json.ts';
import { asFileName, collectKeys, keyLines } from '../../input/keys.ts';
import { openInput } from '../../input/lines.ts';
import { collect, type Pairs, pairs } from '../../input/pairs.ts';
import { type Io, print, write } from '../../io.ts';
import {
  connect,
  keyOf,
  keyText,
  type StackChoice,
  type StoreOptions,
  withStackOptions,
} from '../../store.ts';
import { itemJson, itemText } from '../../text/item-text.ts';
import { progressLine } from '../../text/progress.ts';
import { list } from './listing.ts';
import { LISTING_HELP, type ListingOptions, withListing } from './listing-options.ts';

/** What is for one item only. */
interface OneItemOptions {
  readonly only?: readonly string[];
  readonly out?: Pairs<string>;
  readonly url?: readonly string[];
  readonly expiresIn?: number;
}

interface GetOptions extends StoreOptions, OneItemOptions {}

interface GivenOptions extends StackChoice, OneItemOptions, ListingOptions {
  readonly key?: readonly Pairs<string>[];
  readonly keys?: string;
}

/** How often the item may be written while its content is fetched, until the command gives up. */
const MAX_ATTEMPTS = 5;

export function registerGet(program: Command, io: Io): void {
  const command = program
    .command('get')
    .description('read an item and its large attributes, or several')
    .option(
      '--key <name=value>',
      "the item's key; twice for a table with a sort key; a binary key as base64; again for another item",
      collectKeys,
    )
    .option('--keys <file>', 'keys of items, one JSON object a line; - reads standard input', asFileName)
    .option('--only <name>', 'look at this large attribute only; may be repeated (default: all)', collect)
    .option(
      '--out <name=file>',
      'write a large attribute to a file, or to standard output (-)',
      pairs(asFileName),
    )
    .option('--url <name>', 'print a presigned URL of a large attribute; may be repeated', collect)
    .option('--expires-in <seconds>', 'how long the URLs are good for (default: 900)', asSeconds);
  withStackOptions(withListing(command))
    .addHelpText(
      'after',
      `
Content is fetched for --out, --out-dir and --load only. It is checked against its SHA-256 while it comes in, and a
file comes into being whole or not at all.

Of one item it tells what S3 knows of its objects, too. Several keys, --keys and --out-dir list items as query
does, each key in its place, and end with 1 if an item is missing.
${LISTING_HELP}

Examples:
  $ twinwrite get --key id=42
  $ twinwrite get --key id=42 --out picture=cat.png --out page=page.html
  $ twinwrite get --key id=42 --out page=- | less
  $ twinwrite get --key id=42 --json
  $ curl "$(twinwrite get --key id=42 --url picture)"
  $ twinwrite get --key id=42 --key id=43 --out-dir cats
  $ twinwrite get --keys ids.ndjson --project title --json`,
    )
    .action((options: GivenOptions) => {
      const { key: keys = [], keys: file } = options;
      const [key, ...more] = keys;
      if (file !== undefined && key !== undefined) throw new UsageError('--keys: there is --key too');
      if (file === undefined && key === undefined) throw new UsageError('--key: missing; or give --keys');
      const listed = file ?? nameOfListing(options);
      if (key !== undefined && more.length === 0 && listed === undefined) return get({ ...options, key }, io);
      return getMany(options, io);
    });
}

/** An option that only a listing has, if one is given. */
function nameOfListing(options: GivenOptions): string | undefined {
  const { cursor, project, load, outDir, overwrite, parallel, consumed, table, consistent } = options;
  const given = { cursor, project, load, outDir, overwrite, parallel, consumed, table };
  const [name] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  return name ?? (consistent === false ? 'consistent' : undefined);
}

async function getMany(options: GivenOptions, io: Io): Promise<void> {
  const { key: keys = [], keys: file } = options;
  for (const name of ['only', 'out', 'url', 'expires-in']) {
    const isGiven = options[name === 'expires-in' ? 'expiresIn' : (name as 'only')] !== undefined;
    if (isGiven)
      throw new UsageError(`--${name}: is for one item; a listing has --project, --load, --out-dir`);
  }
  const lines = file === undefined ? undefined : await openInput(file, io.stdin, `--keys ${file}`);
  try {
    await list(options, io, {
      pages: (client, many) => {
        const given: readonly Key[] | AsyncIterable<Key> =
          lines === undefined
            ? keys.map((each) => keyOf(each, client.store.key))
            : keyLines(lines, file ?? '-');
        return client.getMany(given, many).pages();
      },
    });
  } finally {
    lines?.destroy();
  }
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
