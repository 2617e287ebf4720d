// Items and objects as the large-attribute mixin of pynamodb_mate writes them (docs/migration.md): keys with the item's key
// as it is and an MD5, the update time in the metadata, no `_saga`.

import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Item } from '../../core/values/attributes.ts';
import type { TestStore } from './harness.ts';

export interface MateItem {
  readonly bucket: string;
  /** As the library was given it. */
  readonly prefix: string;
  readonly pk: string;
  readonly sk?: string | undefined;
  /** Content by attribute. */
  readonly large: Readonly<Record<string, string | Uint8Array>>;
  readonly attributes?: Item;
}

const UPDATE_AT = '2024-09-13T16:58:55+00:00';

/** The key that the library makes: of its prefix it strips one slash, at the beginning or else at the end. */
export function mateKey(
  { prefix, pk, sk }: MateItem,
  attribute: string,
  content: string | Uint8Array,
): string {
  const stripped = prefix.startsWith('/') ? prefix.slice(1) : prefix.replace(/\/$/, '');
  const md5 = createHash('md5').update(content).digest('hex');
  return [
    ...(stripped === '' ? [] : [stripped]),
    `pk=${pk}`,
    ...(sk === undefined ? [] : [`sk=${sk}`]),
    `attr=${attribute}`,
    `md5=${md5}`,
  ].join('/');
}

/** Writes the objects, then the item, unconditionally. Gives the keys of the objects by attribute. */
export async function putMateItem(store: TestStore, item: MateItem): Promise<Record<string, string>> {
  const { bucket, pk, sk, large } = item;
  const keys: Record<string, string> = {};
  for (const [attribute, content] of Object.entries(large)) {
    keys[attribute] = mateKey(item, attribute, content);
    await store.s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: keys[attribute],
        Body: content,
        // The library lets the SDK encode what is no ASCII, which fails; so do the tests without.
        Metadata: { ...(sk !== undefined && { sk: 'sk' }), pk: 'pk', attr: attribute, update_at: UPDATE_AT },
      }),
    );
  }
  const { partitionKey, sortKey } = store.descriptor.key;
  const pointers = Object.entries(keys).map(([name, key]) => [name, { S: `s3://${bucket}/${key}` }]);
  await store.putForeign({
    [partitionKey.name]: { S: pk },
    ...(sortKey && { [sortKey.name]: { S: sk ?? '' } }),
    update_at: { S: UPDATE_AT },
    ...item.attributes,
    ...Object.fromEntries(pointers),
  });
  return keys;
}
