// How content of any size fits into S3's 10,000 parts, while memory holds but a few of them.

import { MAX_PART_BYTES, MAX_PARTS } from '../../core/errors/limits.ts';

export interface UploadSizes {
  /** Up to this size one PUT, for which S3 keeps a SHA-256 of the whole object; a multipart upload has none. */
  readonly maxSinglePutBytes: number;
  /** Bytes of a part that is sent: as few as may be, more for content that is known to be large. */
  readonly partBytes: { readonly least: number; readonly most: number };
  readonly parallelParts: number;
  /** Bytes of a segment: an object of its own, sent in parts, which then becomes one part on the server's side. */
  readonly segmentBytes: number;
  readonly parallelSegments: number;
  readonly maxParts: number;
  /** What content of unknown size may come to. */
  readonly unknownBytes: number;
}

export const UPLOAD_SIZES: UploadSizes = {
  maxSinglePutBytes: 16 * 1024 ** 2,
  partBytes: { least: 8 * 1024 ** 2, most: 16 * 1024 ** 2 },
  parallelParts: 4,
  segmentBytes: MAX_PART_BYTES,
  parallelSegments: 4,
  maxParts: MAX_PARTS,
  unknownBytes: 50e12,
};

export interface PartLayout {
  readonly partBytes: number;
  /** The first parts, which are sent as they are; each of those after them is a segment. */
  readonly directParts: number;
  /** Sent parts that make a segment. */
  readonly segmentParts: number;
}

/**
 * As many direct parts as leave room for all of the content. Of content of unknown size these are the first 5.7 GB;
 * of content whose size is known, everything up to 160 GB.
 * @throws {RangeError} for more than an object can hold
 */
export function layOutParts(size: number | undefined, sizes: UploadSizes): PartLayout {
  const { maxParts, segmentBytes } = sizes;
  const most = maxParts * segmentBytes;
  if (size !== undefined && size > most) {
    throw new RangeError(`${size} bytes, but an S3 object holds at most ${most}`);
  }
  const { least, most: mostOfPart } = sizes.partBytes;
  const partBytes = Math.min(mostOfPart, Math.max(least, Math.ceil((size ?? 0) / maxParts)));
  const segmentParts = Math.floor(segmentBytes / partBytes);
  const segment = segmentParts * partBytes;
  const expected = size ?? sizes.unknownBytes;
  const directParts =
    expected <= maxParts * partBytes
      ? maxParts
      : Math.max(0, Math.floor((maxParts * segment - expected) / (segment - partBytes)));
  return { partBytes, directParts, segmentParts };
}
