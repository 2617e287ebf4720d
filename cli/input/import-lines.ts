// Lines of newline-delimited JSON as inputs of creates: `{"key": ..., "attributes": ..., "largeAttributes": ...}`.

import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { CreateInput, LargeAttribute, Value } from '../../client/index.ts';
import { BASE64 } from '../../core/values/attributes.ts';
import { parseExactJson } from '../exact-json.ts';
import { guessedType } from './content.ts';
import { linesOf } from './lines.ts';

export interface ImportLine {
  /** From 1. */
  readonly number: number;
  readonly input: CreateInput;
}

/** What is wrong with a line; the message is one for a person. */
export class BadLine extends Error {
  override readonly name = 'BadLine';
  readonly number: number;

  constructor(number: number, problem: string) {
    super(problem);
    this.number = number;
  }
}

/**
 * The lines that are inputs; empty ones are passed over.
 * @param folder - what names of files in the lines are relative to
 * @param onBadLine - hears of each line that is none
 */
export async function* importLines(
  source: Readable,
  folder: string,
  onBadLine: (error: BadLine) => void,
): AsyncGenerator<ImportLine> {
  for await (const { number, text } of linesOf(source)) {
    try {
      yield { number, input: inputOf(text, folder) };
    } catch (error) {
      onBadLine(new BadLine(number, (error as Error).message));
    }
  }
}

type JsonObject = { readonly [name: string]: Value };

function inputOf(line: string, folder: string): CreateInput {
  const input = parseExactJson(line);
  if (!isObject(input)) throw new TypeError('expected an object');
  if (!isObject(input.key)) throw new TypeError('key: expected an object');
  const { largeAttributes, ...rest } = input;
  if (largeAttributes === undefined) return rest as unknown as CreateInput;
  if (!isObject(largeAttributes)) throw new TypeError('largeAttributes: expected an object');
  const large = Object.entries(largeAttributes).map(([name, value]) => [
    name,
    largeAttribute(value, `largeAttributes.${name}`, folder),
  ]);
  return { ...rest, largeAttributes: Object.fromEntries(large) } as unknown as CreateInput;
}

/** Text, or an object with one of text, base64 and file beside the options. */
function largeAttribute(value: Value, field: string, folder: string): LargeAttribute | string {
  if (typeof value === 'string') return value;
  if (!isObject(value)) throw new TypeError(`${field}: expected text or an object`);
  const { text, base64, file, ...options } = value;
  const given = [text, base64, file].filter((form) => form !== undefined);
  if (given.length !== 1 || typeof given[0] !== 'string') {
    throw new TypeError(`${field}: expected one of text, base64 and file`);
  }
  if (typeof text === 'string') return { ...options, content: text };
  if (typeof base64 === 'string') {
    if (!BASE64.test(base64)) throw new TypeError(`${field}.base64: expected base64 with padding`);
    return { ...options, content: Buffer.from(base64, 'base64') };
  }
  const path = resolve(folder, file as string);
  const contentType = guessedType({ kind: 'file', path });
  return { ...(contentType !== undefined && { contentType }), ...options, content: { file: path } };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
