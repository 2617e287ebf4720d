// Items as sagas write them, without a saga.

import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type SdkItem = Record<string, AttributeValue>;
export type Contents = Readonly<Record<string, string | Uint8Array>>;

/** The key of the object that the write of this version puts for item 42. */
export function objectKeyOf(attribute: string, content: string | Uint8Array, version: number): string {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const run = `update.u-${version}.20260101T000000000Z`;
  return `items/pk=42/attr=${attribute}/sha256=${sha256}/${run}`;
}

/** The item at a version whose large attributes have these contents. */
export function itemAt(version: number, contents: Contents, plain: SdkItem = {}): SdkItem {
  const pointers = Object.entries(contents).map(([name, content]) => {
    return [name, { S: `s3://bucket/${objectKeyOf(name, content, version)}` }] as const;
  });
  return {
    id: { S: '42' },
    ...plain,
    ...Object.fromEntries(pointers),
    _saga: {
      M: {
        createdBy: { S: 'create.c.20260101T000000000Z' },
        version: { N: String(version) },
        writtenBy: { S: `update.u-${version}.20260101T000000000Z` },
        large: { L: Object.keys(contents).map((name) => ({ S: name })) },
      },
    },
  };
}
