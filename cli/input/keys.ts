// Keys of several items: as options, and as lines of newline-delimited JSON.

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { InvalidArgumentError } from 'commander';
import type { Key, Value } from '../../client/index.ts';
import { CommandFailed, UsageError } from '../errors.ts';
import { parseExactJson } from '../exact-json.ts';
import { asText, type Pairs, pairs } from './pairs.ts';

const parsePair = pairs(asText);

/** Collects `--key NAME=VALUE`: a name that the key has already begins the next one. */
export function collectKeys(text: string, previous: readonly Pairs<string>[] = []): readonly Pairs<string>[] {
  const pair = parsePair(text);
  const [name = ''] = Object.keys(pair);
  const last = previous.at(-1);
  if (last === undefined || Object.hasOwn(last, name)) return [...previous, pair];
  return [...previous.slice(0, -1), { ...last, ...pair }];
}

export function asFileName(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a file name, or -.');
  return text;
}

/** @throws {UsageError} when there is no such file, or it cannot be read */
export async function openLines(option: string, file: string, stdin: Readable): Promise<Readable> {
  if (file === '-') return stdin;
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${option} ${file}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`);
  });
  await handle.close();
  return createReadStream(file);
}

/**
 * The keys in the lines: each a key, or an object with a `key`, as `query --json` and the lines of an import have it.
 * @throws {CommandFailed} for a line that is none, with its number
 */
export async function* keyLines(source: Readable, file: string): AsyncGenerator<Key> {
  let number = 0;
  for await (const text of createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    const line = number === 1 ? text.replace(/^\ufeff/, '') : text;
    if (line.trim() === '') continue;
    const key = keyIn(line);
    if (key === undefined) {
      throw new CommandFailed(`--keys ${file}, line ${number}: expected a key, such as {"id": "42"}`);
    }
    yield key;
  }
}

function keyIn(line: string): Key | undefined {
  try {
    const value = parseExactJson(line);
    if (!isObject(value)) return undefined;
    return (isObject(value.key) ? value.key : value) as Key;
  } catch {
    return undefined; // whoever asked tells which line it is
  }
}

function isObject(value: Value | undefined): value is { readonly [name: string]: Value } {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
