// Rows of a listing whose content is printed, or saved.

import { TwinwriteError } from '../../../client/errors/errors.ts';
import { ItemChanged } from '../../../client/errors/read-errors.ts';
import type { DownloadOptions, Key, LargeItemClient, LazyItem } from '../../../client/index.ts';
import { keyAttributes } from '../../../core/keys/item-key.ts';
import { FileInTheWay, type OutDir } from '../../output/out-dir.ts';
import { type ItemRow, type LargeRow, valueText } from '../../text/item-rows.ts';

export interface Saving extends DownloadOptions {
  readonly outDir: OutDir;
  readonly client: LargeItemClient;
  readonly options: { readonly project?: readonly string[] };
}

/** How often an item may be written while its content is saved, until that is given up. */
const MAX_ATTEMPTS = 5;

/** @param names - the large attributes whose content was loaded */
export async function loadedRow(item: LazyItem, names: readonly string[]): Promise<ItemRow> {
  return rowOf(item, async (name): Promise<Partial<LargeRow>> => {
    const object = item.large[name];
    if (object === undefined || !names.includes(name)) return {};
    // Nothing is fetched: it is there.
    return failing(async () => ({ stored: await object.head(), content: await object.bytes() }));
  });
}

/** The item whose content was saved, in one version. */
export async function savedRow(
  item: LazyItem,
  { outDir, client, options, ...download }: Saving,
): Promise<ItemRow> {
  const own = new Set<string>();
  let now = item;
  for (let attempt = 1; ; attempt++) {
    try {
      return await rowOf(now, async (name): Promise<Partial<LargeRow>> => {
        const object = now.large[name];
        if (object === undefined) return {};
        const keys = keyAttributes(client.store.key).map((attribute) => valueText(now.key[attribute.name]));
        return failing(async () => ({
          file: await outDir.save([...keys, name], object, { ...download, own }),
        }));
      });
    } catch (error) {
      if (!(error instanceof ItemChanged)) throw error;
      const again = attempt < MAX_ATTEMPTS ? await readAgain(client, now.key, options) : null;
      // Deleted, or written too often.
      if (again === null) return { key: now.key, attributes: now.attributes, error };
      if (again.problem !== undefined)
        return { key: again.key, attributes: again.attributes, error: again.problem };
      now = again;
    }
  }
}

async function readAgain(
  client: LargeItemClient,
  key: Key,
  { project }: Saving['options'],
): Promise<LazyItem | null> {
  const { items } = await client.getMany([key], { project }).page();
  return items[0]?.item ?? null;
}

async function rowOf(
  { key, version, attributes, large }: LazyItem,
  more: (name: string) => Promise<Partial<LargeRow>>,
): Promise<ItemRow> {
  const rows: (readonly [string, LargeRow])[] = [];
  for (const [name, { uri, sha256 }] of Object.entries(large)) {
    rows.push([name, { uri, sha256, ...(await more(name)) }]);
  }
  return { key, version, attributes, large: Object.fromEntries(rows) };
}

/** What is wrong with one content keeps no other from being read. */
async function failing(work: () => Promise<Partial<LargeRow>>): Promise<Partial<LargeRow>> {
  try {
    return await work();
  } catch (error) {
    const isOfContent = error instanceof TwinwriteError && !(error instanceof ItemChanged);
    if (isOfContent || error instanceof FileInTheWay) return { error };
    throw error;
  }
}
