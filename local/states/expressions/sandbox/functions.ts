// The functions that Step Functions adds to JSONata ("Functions provided by Step Functions" in the Developer
// Guide), $now and $millis on the local cloud's time, and what JSONata has from Node.js's globals, which are gone here.

import { createHash, randomUUID } from 'node:crypto';
import jsonata from 'jsonata';

const { Buffer } = globalThis;

/** Under this name each evaluation binds the moment it runs at, in milliseconds since the epoch. */
export const TIME_BINDING = 'local cloud: time';

const MAX_RANGE = 1000;
const DIGESTS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};
const formatMillis = jsonata('$fromMillis($millis, $picture, $timezone)');

/** Registers the functions on a compiled expression and takes $eval away, which Step Functions does not offer. */
export function registerFunctions(expression: jsonata.Expression): void {
  expression.assign('eval', undefined);
  expression.registerFunction('partition', partition, '<an:a>');
  expression.registerFunction('range', range, '<nnn:a>');
  expression.registerFunction('hash', hash, '<ss:s>');
  expression.registerFunction('random', random, '<n?:n>');
  expression.registerFunction('uuid', () => randomUUID(), '<:s>');
  expression.registerFunction('parse', parse, '<s:j>');
  expression.registerFunction('base64encode', (text?: string) => recoded(text, 'binary', 'base64'), '<s-:s>');
  expression.registerFunction('base64decode', (text?: string) => recoded(text, 'base64', 'binary'), '<s-:s>');
  expression.registerFunction('millis', millis, '<:n>');
  expression.registerFunction('now', now, '<s?s?:s>');
}

function recoded(
  text: string | undefined,
  from: 'binary' | 'base64',
  to: 'binary' | 'base64',
): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, from).toString(to);
}

function millis(this: jsonata.Focus): number {
  return this.environment.lookup(TIME_BINDING);
}

async function now(this: jsonata.Focus, picture?: string, timezone?: string): Promise<string> {
  return formatMillis.evaluate(undefined, { millis: millis.call(this), picture, timezone });
}

function partition(values: unknown[] | undefined, size: number): unknown[][] | undefined {
  if (values === undefined) return undefined;
  if (!(Number.isInteger(size) && size > 0)) {
    throw evaluationError('D3137', 'The second argument of function "partition" must be a positive integer');
  }
  const parts: unknown[][] = [];
  for (let start = 0; start < values.length; start += size) parts.push(values.slice(start, start + size));
  return parts;
}

/** From `first` to at most `last`, both included; a single number stands for itself, as in any JSONata sequence. */
function range(first: number, last: number, step: number): number[] {
  if (step === 0) throw evaluationError('D3137', 'The third argument of function "range" must not be 0');
  const count = Math.floor((last - first) / step) + 1;
  if (count > MAX_RANGE) {
    throw evaluationError('D3137', `The function "range" can generate at most ${MAX_RANGE} values`);
  }
  const values = Array.from({ length: Math.max(count, 0) }, (_, index) => first + index * step);
  return Object.defineProperty(values, 'sequence', { value: true, enumerable: false });
}

function hash(text: string, algorithm: string): string {
  const digest = Object.hasOwn(DIGESTS, algorithm) ? DIGESTS[algorithm] : undefined;
  if (digest === undefined) {
    const known = Object.keys(DIGESTS).join(', ');
    throw evaluationError('D3137', `The second argument of function "hash" must be one of ${known}`);
  }
  return createHash(digest).update(text, 'utf8').digest('hex');
}

/** From 0 up to but not including 1; the same seed gives the same number (the mulberry32 generator). */
function random(seed?: number): number {
  if (seed === undefined) return Math.random();
  let state = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw evaluationError('D3137', 'The argument of function "parse" is not valid JSON');
  }
}

function evaluationError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
