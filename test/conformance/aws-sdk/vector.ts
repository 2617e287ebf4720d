// The vectors: what they look like, and reading them.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const SERVICES = ['s3', 'dynamodb', 'dynamodbstreams'] as const;
export type VectorService = (typeof SERVICES)[number];

/** What AWS answered to one call. */
export interface Expectation {
  readonly status?: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: Readonly<Record<string, unknown>>;
  /** Beside the error. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly parts?: readonly { readonly path: readonly (string | number)[]; readonly value: unknown }[];
  readonly ignore?: readonly string[];
  readonly partial?: boolean;
}

export interface VectorCall {
  readonly operation: string;
  readonly service?: VectorService;
  readonly params: Readonly<Record<string, unknown>>;
  readonly succeeds?: boolean;
  readonly expect?: Expectation;
}

export interface Vector {
  /** `s3/put-object-with-tags`: folder and file. */
  readonly name: string;
  readonly service: VectorService;
  readonly calls: readonly VectorCall[];
  /** `<word>`, each a text of the recording that is not fixed. */
  readonly wildcards: readonly string[];
}

const DIRECTORY = fileURLToPath(new URL('./vectors/', import.meta.url));

export function readVectors(service: 's3' | 'dynamodb'): Vector[] {
  return readdirSync(`${DIRECTORY}${service}`)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const vector = JSON.parse(readFileSync(`${DIRECTORY}${service}/${file}`, 'utf8')) as Vector;
      return { ...vector, service, name: `${service}/${file.slice(0, -'.json'.length)}` };
    });
}
