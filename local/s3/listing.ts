// One page of a listing: keys in order, those below a delimiter rolled up into common prefixes.

import { invalidArgument } from './errors.ts';
import { percentEncoded } from './percent-encoding.ts';
import { compareKeys } from './sorted-keys.ts';

export interface PageRequest {
  readonly prefix: string;
  readonly delimiter: string;
  /** The most entries and common prefixes, together. */
  readonly limit: number;
  /** Where the page before ended. A common prefix here is not listed again. */
  readonly after: string;
  /** Whether the common prefix that `after` lies in is not listed either. */
  readonly skipsMarkedPrefix?: boolean | undefined;
}

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly commonPrefixes: readonly string[];
  readonly truncated: boolean;
  /** The last key or common prefix on the page: where the next one goes on. */
  readonly last: string | undefined;
}

/**
 * @param entries in the order of their keys, none before `after`
 */
export function takePage<Entry>(
  entries: Iterable<Entry>,
  keyOf: (entry: Entry) => string,
  { prefix, delimiter, limit, after, skipsMarkedPrefix }: PageRequest,
): Page<Entry> {
  const taken: Entry[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  const isPassed = (common: string): boolean =>
    common === after || (skipsMarkedPrefix === true && after.startsWith(common));
  const page = (truncated: boolean): Page<Entry> => ({ entries: taken, commonPrefixes, truncated, last });
  if (limit === 0) {
    return page(false);
  }
  for (const entry of entries) {
    const key = keyOf(entry);
    if (!key.startsWith(prefix)) {
      if (compareKeys(key, prefix) > 0) {
        break;
      }
      continue;
    }
    const common = commonPrefixOf(key, prefix, delimiter);
    if (common !== undefined && (common === last || isPassed(common))) {
      continue;
    }
    if (taken.length + commonPrefixes.length === limit) {
      return page(true);
    }
    if (common === undefined) {
      taken.push(entry);
    } else {
      commonPrefixes.push(common);
    }
    last = common ?? key;
  }
  return page(false);
}

/**
 * How names are written in a listing: as they are, or percent-encoded for `encoding-type=url`.
 * @throws {ServiceError} InvalidArgument
 */
export function nameEncoder(encodingType: string | null): (name: string) => string {
  if (encodingType === null) {
    return (name) => name;
  }
  if (encodingType !== 'url') {
    throw invalidArgument('encoding-type', encodingType, 'Invalid Encoding Method specified in Request');
  }
  return (name) => percentEncoded(name).replaceAll('%2F', '/');
}

function commonPrefixOf(key: string, prefix: string, delimiter: string): string | undefined {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}
