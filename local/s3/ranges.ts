// Which bytes of an object a read asks for: a Range header, or the number of a part.

import { invalidArgument, s3Error } from './errors.ts';
import type { StoredObject } from './stored-version.ts';

/** From `start` up to, without, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const RANGE = /^bytes=(?<first>\d*)-(?<last>\d*)$/;
const COPY_RANGE = 'x-amz-copy-source-range';
const PART_NUMBER = /^[1-9]\d{0,4}$/;

/**
 * The range of a `Range` header; undefined for a header that is no single byte range: the whole object is sent.
 * @throws {ServiceError} InvalidRange
 */
export function parseRange(header: string, size: number): ByteRange | undefined {
  const { first, last } = RANGE.exec(header.trim())?.groups ?? {};
  if (first === undefined || last === undefined || (first === '' && last === '')) {
    return undefined;
  }
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(Number(last) + 1, size);
  if (first !== '' && last !== '' && Number(last) < start) {
    return undefined;
  }
  if (start >= size) {
    throw s3Error('InvalidRange', { members: { RangeRequested: header, ActualObjectSize: size } });
  }
  return { start, end };
}

/**
 * The bytes of one part; an object that was not uploaded in parts is its own part 1.
 * @throws {ServiceError} InvalidArgument, InvalidPartNumber
 */
export function rangeOfPart(partNumber: string, object: StoredObject): ByteRange {
  const number = parsePartNumber(partNumber);
  const sizes = object.parts?.map((part) => part.size) ?? [object.content.size];
  const size = sizes[number - 1];
  if (size === undefined) {
    throw s3Error('InvalidPartNumber', {
      members: { PartNumberRequested: number, ActualPartCount: sizes.length },
    });
  }
  const start = sizes.slice(0, number - 1).reduce((sum, bytes) => sum + bytes, 0);
  return { start, end: start + size };
}

/** @throws {ServiceError} InvalidArgument for anything but 1 to 10,000 */
export function parsePartNumber(text: string): number {
  const number = Number(text);
  if (!PART_NUMBER.test(text) || number > 10_000) {
    throw s3Error('InvalidArgument', {
      message: 'Part number must be an integer between 1 and 10000, inclusive',
      members: { ArgumentName: 'partNumber', ArgumentValue: text },
    });
  }
  return number;
}

/**
 * The range of `x-amz-copy-source-range`, which must lie within the source.
 * @throws {ServiceError} InvalidArgument; InvalidRequest when it lies beyond the source
 */
export function parseCopyRange(header: string, size: number): ByteRange {
  const { first = '', last = '' } = RANGE.exec(header)?.groups ?? {};
  const range = { start: Number(first), end: Number(last) + 1 };
  if (first === '' || last === '' || range.start >= range.end) {
    throw invalidArgument(
      COPY_RANGE,
      header,
      `The ${COPY_RANGE} value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy`,
    );
  }
  if (range.start >= size) {
    throw s3Error('InvalidRequest', {
      message: 'The specified copy range is invalid for the source object size',
    });
  }
  if (range.end > size) {
    throw invalidArgument(
      COPY_RANGE,
      header,
      `Range specified is not valid for source object of size: ${size}`,
    );
  }
  return range;
}
