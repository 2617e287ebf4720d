// Large attributes as the command line gives them: text, a file or standard input, with content type and metadata.

import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { InvalidArgumentError } from 'commander';
import type { Content, LargeAttribute } from '../../client/index.ts';
import { UsageError } from '../errors.ts';
import type { Pairs } from './pairs.ts';

/** VALUE of `--large NAME=VALUE`. */
export type ContentSource =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stdin' };

export type MetadataPairs = Pairs<Readonly<Record<string, string>>>;

export interface ContentOptions {
  readonly large?: Pairs<ContentSource>;
  readonly contentType?: Pairs<string>;
  readonly metadata?: MetadataPairs;
}

/** By extension, what people keep most. Everything else is `application/octet-stream` unless --content-type says so. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.avif': 'image/avif',
  '.bin': 'application/octet-stream',
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.gif': 'image/gif',
  '.gz': 'application/gzip',
  '.htm': 'text/html; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.md': 'text/markdown; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.parquet': 'application/vnd.apache.parquet',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.tar': 'application/x-tar',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.webm': 'video/webm',
  '.webp': 'image/webp',
  '.xml': 'application/xml',
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
  '.zip': 'application/zip',
};

export function asContentSource(text: string): ContentSource {
  if (text === '-') return { kind: 'stdin' };
  if (!text.startsWith('@')) return { kind: 'text', text };
  if (text === '@') throw new InvalidArgumentError('Expected a file name after @.');
  return { kind: 'file', path: text.slice(1) };
}

/** What was given under a name, which may be one that objects inherit: `constructor`. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Collects `--metadata NAME:KEY=VALUE`. */
export function collectMetadata(text: string, previous: MetadataPairs = {}): MetadataPairs {
  const [, name, key, value] = /^([^=:]+):([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || key === undefined || value === undefined) {
    throw new InvalidArgumentError('Expected NAME:KEY=VALUE.');
  }
  return { ...previous, [name]: { ...own(previous, name), [key]: value } };
}

/**
 * The large attributes of a write.
 * @throws {UsageError} when a file cannot be read, or an option is for an attribute that is not given
 */
export async function largeAttributes(
  { large = {}, contentType = {}, metadata = {} }: ContentOptions,
  stdin: Readable,
): Promise<Record<string, LargeAttribute>> {
  for (const [option, given] of Object.entries({ 'content-type': contentType, metadata })) {
    const stray = Object.keys(given).find((name) => !Object.hasOwn(large, name));
    if (stray !== undefined) throw new UsageError(`--${option} ${stray}: there is no --large ${stray}`);
  }
  if (Object.values(large).filter(({ kind }) => kind === 'stdin').length > 1) {
    throw new UsageError('--large: standard input (-) can be the content of one attribute only');
  }
  const entries = Object.entries(large).map(async ([name, source]) => {
    await checkReadable(name, source);
    const type = own(contentType, name) ?? guessedType(source);
    const userMetadata = own(metadata, name);
    return [
      name,
      {
        content: contentOf(source, stdin),
        ...(type !== undefined && { contentType: type }),
        ...(userMetadata && { metadata: userMetadata }),
      },
    ] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function contentOf(source: ContentSource, stdin: Readable): Content {
  switch (source.kind) {
    case 'text':
      return source.text;
    case 'file':
      return { file: source.path };
    case 'stdin':
      return stdin;
  }
}

export function guessedType(source: ContentSource): string | undefined {
  return source.kind === 'file' ? CONTENT_TYPES[extname(source.path).toLowerCase()] : undefined;
}

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'not allowed to read it',
};

async function checkReadable(name: string, source: ContentSource): Promise<void> {
  if (source.kind !== 'file') return;
  const option = `--large ${name}=@${source.path}`;
  try {
    await access(source.path, constants.R_OK);
    if ((await stat(source.path)).isDirectory()) throw new UsageError(`${option}: is a folder`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${option}: ${FILE_PROBLEMS[code] ?? message}`);
  }
}
