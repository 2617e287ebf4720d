// The items of a CSV file (RFC 4180), one record at a time.

import type { ItemFormat } from '../definition/types.ts';
import { STATES, StateFailure } from '../failure.ts';
import type { Json } from '../json.ts';

type CsvFormat = Extract<ItemFormat, { type: 'CSV' }>;

/**
 * One object a record, all values text. Values without a header are left out, headers without a value have an empty one.
 * @throws {StateFailure} States.ItemReaderFailed where two headers are the same
 */
export async function* csvItems(chunks: AsyncIterable<string>, format: CsvFormat): AsyncGenerator<Json> {
  let { headers } = format;
  if (headers !== undefined) refuseDuplicates(headers);
  for await (const record of records(chunks, format.delimiter)) {
    if (headers === undefined) {
      headers = record;
      refuseDuplicates(headers);
      continue;
    }
    yield Object.fromEntries(headers.map((header, index) => [header, record[index] ?? '']));
  }
}

function refuseDuplicates(headers: readonly string[]): void {
  if (new Set(headers).size === headers.length) return;
  throw new StateFailure(STATES.itemReaderFailed, 'CSV headers cannot contain duplicates.');
}

/** Empty lines are no records. */
async function* records(chunks: AsyncIterable<string>, delimiter: string): AsyncGenerator<string[]> {
  const scanner = new Scanner(delimiter);
  for await (const chunk of chunks) {
    for (const character of chunk) {
      const record = scanner.take(character);
      if (record !== undefined) yield record;
    }
  }
  const last = scanner.end();
  if (last !== undefined) yield last;
}

class Scanner {
  readonly #delimiter: string;
  #record: string[] = [];
  #field = '';
  /** `closed`: after a quotation mark that ends the field, or is the first of two. */
  #quotes: 'none' | 'open' | 'closed' = 'none';

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** The record that the character ends, if it ends one. */
  take(character: string): string[] | undefined {
    if (this.#quotes === 'open') {
      if (character === '"') this.#quotes = 'closed';
      else this.#field += character;
      return undefined;
    }
    if (character === '"' && (this.#quotes === 'closed' || this.#field === '')) {
      if (this.#quotes === 'closed') this.#field += '"';
      this.#quotes = 'open';
      return undefined;
    }
    if (character === this.#delimiter) this.#endField();
    else if (character === '\n') return this.end();
    else if (character !== '\r') this.#field += character;
    return undefined;
  }

  end(): string[] | undefined {
    const empty = this.#record.length === 0 && this.#field === '' && this.#quotes === 'none';
    if (empty) return undefined;
    this.#endField();
    const record = this.#record;
    this.#record = [];
    return record;
  }

  #endField(): void {
    this.#record.push(this.#field);
    this.#field = '';
    this.#quotes = 'none';
  }
}
