// What the acts play with: a client of the store, faults, and a look behind the scenes at runs, items and objects.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type _Object, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { type HistoryEvent, paginateGetExecutionHistory, SFNClient } from '@aws-sdk/client-sfn';
import { type RunTree, runTree } from '../../audit/history/history.ts';
import { LargeItemClient } from '../../client/index.ts';
import { storeIn } from '../../core/contract/store.ts';
import { readPointers } from '../../core/item/item.ts';
import { parseObjectKey } from '../../core/keys/object-key.ts';
import type { Item } from '../../core/values/attributes.ts';
import type { LocalCloud } from '../../local/index.ts';
import type { Screen } from './screen.ts';

export const FILES = join(import.meta.dirname, '..', 'files');

/** An object as the bucket lists it. */
export interface StoredObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly lastModified: number;
}

export class Stage {
  readonly client: LargeItemClient;
  readonly faults: LocalCloud['faults'];
  readonly #sfn: SFNClient;
  readonly #s3: S3Client;
  readonly #dynamodb: DynamoDBClient;

  constructor({ endpoint, region, credentials, outputs, faults }: LocalCloud) {
    const config = { endpoint, region, credentials };
    this.#sfn = new SFNClient(config);
    this.#s3 = new S3Client({ ...config, forcePathStyle: true });
    this.#dynamodb = new DynamoDBClient(config);
    this.faults = faults;
    this.client = new LargeItemClient({
      store: storeIn(outputs.Twinwrite ?? {}),
      sfn: this.#sfn,
      s3: this.#s3,
      dynamodb: this.#dynamodb,
      pollIntervalMs: 20,
    });
  }

  file(name: string): { readonly file: string } {
    return { file: join(FILES, name) };
  }

  /** Whether a large attribute of an item has exactly the bytes of a file. */
  async holds(id: string, attribute: string, file: string): Promise<boolean> {
    const item = await this.client.get({ id });
    const stored = await item?.large[attribute]?.bytes();
    return stored !== undefined && (await readFile(join(FILES, file))).equals(stored);
  }

  async run(executionArn: string): Promise<RunTree> {
    const events: HistoryEvent[] = [];
    for await (const page of paginateGetExecutionHistory({ client: this.#sfn }, { executionArn })) {
      events.push(...(page.events ?? []));
    }
    return runTree(events);
  }

  /** Everything in the bucket, staged objects too. */
  async objects(): Promise<readonly StoredObject[]> {
    const found: StoredObject[] = [];
    const { bucket: Bucket } = this.client.store;
    for await (const page of paginateListObjectsV2({ client: this.#s3 }, { Bucket })) {
      found.push(...(page.Contents ?? []).map(storedObject));
    }
    return found;
  }

  /** Object keys that the item's large attributes point at, by attribute. */
  async pointers(id: string): Promise<ReadonlyMap<string, string>> {
    const { store } = this.client;
    const { Item: item = {} } = await this.#dynamodb.send(
      new GetItemCommand({ TableName: store.table, Key: { id: { S: id } }, ConsistentRead: true }),
    );
    const bucket = `s3://${store.bucket}/`;
    return new Map(
      [...readPointers(item as Item, store)].map(([name, uri]) => [name, uri.replace(bucket, '')]),
    );
  }

  /** The table's pointers beside the bucket's objects, one row for both where they agree. */
  async show(screen: Screen, id: string): Promise<void> {
    const [pointers, objects] = await Promise.all([this.pointers(id), this.objects()]);
    const names = new Map([...pointers].map(([name, key]) => [key, name]));
    const keys = new Set([...pointers.values(), ...objects.map(({ key }) => key)]);
    const sizes = new Map(objects.map(({ key, size }) => [key, size]));
    const rows = [...keys].map((key) => [
      names.get(key) ?? '-',
      this.#label(key),
      sizes.has(key) ? `${sizes.get(key)} bytes` : 'MISSING',
    ]);
    screen.table([
      [`item ${id}`, 'object: content and run', 'in the bucket'],
      ...(rows.length > 0 ? rows : [['-', '-', 'no objects']]),
    ]);
  }

  #label(key: string): string {
    const parts = parseObjectKey(this.client.store, key);
    return parts === undefined ? key : `sha256=${parts.sha256.slice(0, 8)}… ${parts.run.name}`;
  }
}

function storedObject({ Key, Size, ETag, LastModified }: _Object): StoredObject {
  return { key: Key ?? '', size: Size ?? 0, etag: ETag ?? '', lastModified: LastModified?.getTime() ?? 0 };
}
