// Keys of several items: as options, and as lines of newline-delimited JSON.

import type { Readable } from 'node:stream';
import { InvalidArgumentError } from 'commander';
import type { Key, Value } from '../../client/index.ts';
import { CommandFailed } from '../errors.ts';
import { parseExactJson } from '../exact-json.ts';
import { linesOf } from './lines.ts';
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

/**
 * The keys in the lines: each a key, or an object with a `key`, as `query --json` and the lines of an import have it.
 * @throws {CommandFailed} for a line that is none, with its number
 */
export async function* keyLines(source: Readable, file: string): AsyncGenerator<Key> {
  for await (const { number, text } of linesOf(source)) {
    const key = keyIn(text);
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
