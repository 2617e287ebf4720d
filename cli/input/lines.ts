// Files of lines, such as newline-delimited JSON, and standard input in their place.

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { UsageError } from '../errors.ts';

/**
 * A file's bytes; those of standard input for `-`.
 * @param said - what the file is called in messages
 * @throws {UsageError} when there is no such file, or it cannot be read
 */
export async function openInput(file: string, stdin: Readable, said: string = file): Promise<Readable> {
  if (file === '-') return stdin;
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${said}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`);
  });
  await handle.close();
  return createReadStream(file);
}

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** The lines that are not blank, without a byte order mark. */
export async function* linesOf(source: Readable): AsyncGenerator<Line> {
  let number = 0;
  for await (const line of createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    const text = number === 1 ? line.replace(/^\ufeff/, '') : line;
    if (text.trim() !== '') yield { number, text };
  }
}
