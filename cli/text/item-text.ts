// An item as a person reads it, and as JSON.

import { oneLine } from '../../audit/drawing/text.ts';
import type { LargeItem, LargeObject } from '../../client/index.ts';
import { exactJson } from '../exact-json.ts';
import { formatBytes } from './progress.ts';

/** @param urls - presigned URLs by large attribute */
export function itemJson(
  { key, version, createdBy, attributes, large }: LargeItem,
  urls: ReadonlyMap<string, string>,
): unknown {
  return {
    key,
    version,
    ...(createdBy !== null && { createdBy }),
    attributes,
    large: Object.fromEntries(
      Object.entries(large).map(([name, object]) => {
        const { uri, size, sha256, contentType, contentEncoding, cacheControl, metadata, updatedAt } = object;
        const url = urls.get(name);
        return [
          name,
          {
            ...{ uri, size, sha256, contentType, contentEncoding, cacheControl, metadata, updatedAt },
            ...(url !== undefined && { url }),
          },
        ];
      }),
    ),
  };
}

export function itemText({ key, version, attributes, large }: LargeItem): string {
  const plain = { ...key, ...attributes };
  const rows: (readonly [string, string])[] = [
    ...Object.entries(plain).map(([name, value]) => [name, valueText(value)] as const),
    ...Object.entries(large).map(([name, object]) => [name, largeText(object)] as const),
    ['(version)', version === null ? 'not written by Twinwrite' : String(version)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => oneLine(`${name.padEnd(width)}  ${text}`)).join('\n');
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : exactJson(value);
}

function largeText({ contentType, size, uri }: LargeObject): string {
  return `${[contentType, formatBytes(size)].filter(Boolean).join(', ')}  ${uri}`;
}
