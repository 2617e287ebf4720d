// Options of the form NAME=VALUE that may be repeated, and the values in them.

import { InvalidArgumentError } from 'commander';
import type { Value } from '../../client/index.ts';
import { parseExactJson, parseExactNumber } from '../exact-json.ts';

export type Pairs<T> = Readonly<Record<string, T>>;

/**
 * A commander parser that collects NAME=VALUE.
 * @param parse - the value of VALUE; throws InvalidArgumentError
 */
export function pairs<T>(
  parse: (text: string, name: string) => T,
): (text: string, previous?: Pairs<T>) => Pairs<T> {
  return (text, previous = {}) => {
    const at = text.indexOf('=');
    if (at < 1) throw new InvalidArgumentError(`Expected NAME=VALUE.`);
    const name = text.slice(0, at);
    if (Object.hasOwn(previous, name)) throw new InvalidArgumentError(`${name} was given before.`);
    return { ...previous, [name]: parse(text.slice(at + 1), name) };
  };
}

export const asText = (text: string): string => text;

export function asJson(text: string): Value {
  try {
    return parseExactJson(text);
  } catch (error) {
    throw new InvalidArgumentError(`Not JSON: ${(error as Error).message}`);
  }
}

export function asNumber(text: string): Value {
  const number = parseExactNumber(text);
  if (number === undefined) throw new InvalidArgumentError(`Expected a number that DynamoDB can hold.`);
  return number;
}

export function asVersion(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1.');
  return Number(text);
}

/** Collects what may be repeated. */
export function collect(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}
