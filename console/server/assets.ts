// The page's files, read once at the start: what is served is this list and nothing else of the disk.

import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

export interface Asset {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Assets {
  /** The file at a path; the page itself for every address that is one of its views. */
  find(path: string): Asset | undefined;
}

/** The page has not been built. */
export class PageMissing extends Error {
  override readonly name = 'PageMissing';
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** Views of the page, which deep links open; see the page's router. */
const VIEWS = /^\/(?:$|runs\/|items$)/;

/** @throws {PageMissing} */
export async function readAssets(folder: string): Promise<Assets> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const known = names.filter((name) => extname(name) in TYPES);
  const files = new Map<string, Asset>(
    await Promise.all(
      known.map(async (name) => {
        const body = await readFile(join(folder, name));
        return [`/${name.split(sep).join('/')}`, { body, headers: headersOf(name) }] as const;
      }),
    ),
  );
  const page = files.get('/index.html');
  if (page === undefined) throw new PageMissing('the page is not built: npm run build:console');
  return { find: (path) => (VIEWS.test(path) ? page : files.get(path)) };
}

function headersOf(name: string): Asset['headers'] {
  // Names carry a hash of the content, except the page's own.
  const isHashed = /-[0-9A-Z]{8}\.\w+$/.test(name);
  return {
    'content-type': TYPES[extname(name)] ?? '',
    'cache-control': isHashed ? 'max-age=31536000, immutable' : 'no-cache',
  };
}
