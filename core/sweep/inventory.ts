// S3 Inventory as a sweep's source, and the objects that a batch holds, whichever source they come from.
// Sources: "ItemReader (Map)" in the Step Functions Developer Guide; "Locating your inventory list" in the S3 User Guide.

import * as z from 'zod/mini';
import { once } from '../values/once.ts';
import type { ListedObject } from './named-object.ts';

const manifestSchema = once(() =>
  z.looseObject({ sourceBucket: z.string(), fileFormat: z.string(), fileSchema: z.string() }),
);

/** Columns that a sweep needs, by their names in a report. */
const NEEDED_COLUMNS = ['Key', 'Size', 'LastModifiedDate'];

/**
 * Why a sweep cannot go by an inventory with this manifest; undefined if it can. Step Functions reads reports in CSV only.
 * @param bucket - that is swept
 */
export function inventoryProblem(manifestText: string, bucket: string): string | undefined {
  const manifest = parseManifest(manifestText);
  if (manifest === undefined) return 'not the manifest.json of an S3 Inventory';
  const { sourceBucket, fileFormat, fileSchema } = manifest;
  if (sourceBucket !== bucket) return `it lists the bucket ${sourceBucket}, not ${bucket}`;
  if (fileFormat !== 'CSV') {
    return `its report is in ${fileFormat}; Step Functions reads inventories in CSV only`;
  }
  const columns = fileSchema.split(',').map((column) => column.trim());
  const missing = NEEDED_COLUMNS.filter((column) => !columns.includes(column));
  return missing.length > 0 ? `its report has no ${missing.join(', ')}` : undefined;
}

/** An item of `s3:listObjectsV2`. */
const listed = once(() => z.looseObject({ Key: z.string(), Size: z.number(), LastModified: z.number() }));
/** A row of an inventory: all text. */
const inventoried = once(() =>
  z.looseObject({
    Key: z.string(),
    Size: z.string(),
    LastModifiedDate: z.string(),
    IsLatest: z.optional(z.string()),
    IsDeleteMarker: z.optional(z.string()),
  }),
);

/**
 * The object that an item of a batch stands for; undefined for a version of one that is not its latest.
 * @throws {Error} for anything else
 */
export function listedObject(item: unknown): ListedObject | undefined {
  const fromList = listed().safeParse(item);
  if (fromList.success) {
    const { Key, Size, LastModified } = fromList.data;
    return { key: Key, size: Size, lastModified: LastModified * 1000 };
  }
  const { Key, Size, LastModifiedDate, IsLatest, IsDeleteMarker } = inventoried().parse(item);
  if (IsLatest === 'false' || IsDeleteMarker === 'true') return undefined;
  const lastModified = Date.parse(LastModifiedDate);
  if (Number.isNaN(lastModified)) throw new Error(`not a time: LastModifiedDate ${LastModifiedDate}`);
  return { key: decodeKey(Key), size: Number(Size), lastModified };
}

/**
 * Keys are URL-encoded in a report. Should Step Functions have decoded one already, what comes of it is either the same or
 * a key of nothing: whichever key a sweep looks at, it is that one whose item, run and object it checks and deletes.
 */
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key; // not percent-encoded, so decoded already
  }
}

function parseManifest(text: string): z.infer<ReturnType<typeof manifestSchema>> | undefined {
  try {
    return manifestSchema().parse(JSON.parse(text));
  } catch {
    return undefined; // some other file
  }
}
