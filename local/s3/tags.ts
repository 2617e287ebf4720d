// Tags of objects and buckets: read from documents and headers, and checked.
// Source: "Categorizing your objects using tags" in the User Guide; what S3 answers to bad ones is recorded.

import { invalidArgument, s3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import type { Tag } from './stored-version.ts';
import type { ParsedElement, XmlElement } from './xml.ts';

/** What is tagged; each has a message of its own for the prefix that is AWS's. */
export type Tagged = 'object' | 'bucket' | 'new bucket';

const MAX_TAGS: Readonly<Record<Tagged, number>> = { object: 10, bucket: 50, 'new bucket': 50 };
const MAX_KEY = 128;
const MAX_VALUE = 256;
const TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const RESERVED = 'aws:';
const HEADER = 'x-amz-tagging';

/** The tags of an `x-amz-tagging` header. @throws {ServiceError} InvalidTag, InvalidArgument */
export function tagsOf({ [HEADER]: header }: S3Request['headers']): readonly Tag[] {
  if (header === undefined) {
    return [];
  }
  const tags = [...new URLSearchParams(header)].map(([Key, Value]) => ({ Key, Value }));
  const isQuery = tags.every(({ Key, Value }) => TEXT.test(Key) && TEXT.test(Value));
  if (!isQuery || repeatedKey(tags) !== undefined) {
    throw invalidArgument(
      HEADER,
      header,
      `The header '${HEADER}' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.`,
    );
  }
  return checkTags(tags, 'object');
}

/** The tags among these elements, each with a key and a value. @throws {ServiceError} MalformedXML, InvalidTag, InvalidArgument */
export function readTags(elements: readonly ParsedElement[], tagged: Tagged): readonly Tag[] {
  const tags = elements.map((element) => {
    const [Key, Value] = [element.text('Key'), element.text('Value')];
    if (Key === undefined || Value === undefined) {
      throw s3Error('MalformedXML');
    }
    return { Key, Value };
  });
  return checkTags(tags, tagged);
}

/** The content of a `Tagging` document. */
export function tagSet(tags: readonly Tag[]): XmlElement {
  return { TagSet: { Tag: tags.map(({ Key, Value }) => ({ Key, Value })) } };
}

function checkTags(tags: readonly Tag[], tagged: Tagged): readonly Tag[] {
  if (tags.length > MAX_TAGS[tagged]) {
    const what = tagged === 'object' ? 'Object' : 'Bucket';
    throw invalidArgument(
      'Tagging',
      String(tags.length),
      `${what} tags cannot be greater than ${MAX_TAGS[tagged]}`,
    );
  }
  const repeated = repeatedKey(tags);
  if (repeated !== undefined) {
    throw invalidTag('Cannot provide multiple Tags with the same key', { TagKey: repeated });
  }
  for (const { Key, Value } of tags) {
    if (Key.startsWith(RESERVED)) throw reservedKey(Key, tagged);
    if (Key === '' || Key.length > MAX_KEY || !TEXT.test(Key)) {
      throw invalidTag('The TagKey you have provided is invalid', { TagKey: Key });
    }
    if (Value.length > MAX_VALUE || !TEXT.test(Value)) {
      throw invalidTag('The TagValue you have provided is invalid', { TagKey: Key, TagValue: Value });
    }
  }
  return tags;
}

function repeatedKey(tags: readonly Tag[]): string | undefined {
  return tags.find(({ Key }, index) => tags.findIndex((tag) => tag.Key === Key) < index)?.Key;
}

function reservedKey(TagKey: string, tagged: Tagged): Error {
  switch (tagged) {
    case 'object':
      return invalidTag('Your TagKey cannot be prefixed with aws:', { TagKey });
    case 'bucket':
      return invalidTag('System tags cannot be added/updated by requester', { TagKey });
    case 'new bucket':
      return invalidTag(
        'User-defined tag keys can\'t start with "aws:". This prefix is reserved for system tags. Remove "aws:" from your tag keys and try again.',
      );
  }
}

function invalidTag(message: string, members: Readonly<Record<string, string>> = {}): Error {
  return s3Error('InvalidTag', { message, members });
}
