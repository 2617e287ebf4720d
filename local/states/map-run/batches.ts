// What each child execution of a Map Run gets: an item, or a batch of items.
// Source: "ItemBatcher (Map)" in the Developer Guide.

import { dataLimitExceeded } from '../failure.ts';
import { byteLength, type Json } from '../json.ts';
import { MAX_DATA_BYTES } from '../limits.ts';

export interface Batching {
  /** Absent: as many as fit. */
  readonly maxItems: number | undefined;
  /** Of a child's input, in bytes. */
  readonly maxBytes: number | undefined;
  /** The same for each child. */
  readonly input: Json | undefined;
}

/** The input of one child execution. */
export interface Batch {
  readonly index: number;
  readonly inputText: string;
  readonly itemCount: number;
}

/**
 * @param stateName - named when an input is too large
 * @throws {StateFailure} States.DataLimitExceeded, also for an item that fits in no batch; what the items throw
 */
export async function* batchesOf(
  items: AsyncIterable<Json>,
  batching: Batching | undefined,
  stateName: string,
): AsyncGenerator<Batch> {
  let index = 0;
  const batch = (inputText: string, itemCount: number, maxBytes: number): Batch => {
    if (byteLength(inputText) > maxBytes) throw dataLimitExceeded(stateName);
    return { index: index++, inputText, itemCount };
  };
  if (batching === undefined) {
    for await (const item of items) yield batch(JSON.stringify(item), 1, MAX_DATA_BYTES);
    return;
  }
  const maxBytes = batching.maxBytes ?? MAX_DATA_BYTES;
  const maxItems = batching.maxItems ?? Number.POSITIVE_INFINITY;
  const [opening, closing] = frameOf(batching.input);
  let texts: string[] = [];
  let bytes = 0;
  const take = (): Batch => batch(opening + texts.join(',') + closing, texts.length, maxBytes);
  for await (const item of items) {
    const text = JSON.stringify(item);
    const size = byteLength(text) + 1;
    const full = texts.length >= maxItems || bytes + size + byteLength(opening + closing) - 1 > maxBytes;
    if (full && texts.length > 0) {
      yield take();
      texts = [];
      bytes = 0;
    }
    texts.push(text);
    bytes += size;
  }
  if (texts.length > 0) yield take();
}

/** The text around the items. */
function frameOf(input: Json | undefined): readonly [opening: string, closing: string] {
  const batchInput = input === undefined ? '' : `"BatchInput":${JSON.stringify(input)},`;
  return [`{${batchInput}"Items":[`, ']}'];
}
