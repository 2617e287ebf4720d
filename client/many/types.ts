// What the calls that read many items take and give.

import type { AnyDocument, Document, GivenOf, KeyOf, Names } from '../document.ts';
import type { Expression } from '../inputs.ts';
import type { DownloadProgress } from '../read/item.ts';
import type { LazyItem } from '../read/lazy.ts';

/** What of each item to read, and how. */
export interface ManyOptions<Name extends string = string, Load extends string = string> {
  /**
   * Which plain and large attributes to read, beside the key and the version. Default: all. A name that an item does not have
   * is no error. DynamoDB charges for the whole item all the same.
   */
  readonly project?: readonly Name[] | undefined;
  /**
   * Whose content is fetched into memory with each item: `true` for all large attributes that are read, or names, which need
   * not stand in `project` too. Default: none; content is fetched when it is asked for.
   */
  readonly load?: boolean | readonly Load[] | undefined;
  /** Contents that are fetched at a time for `load`, and items that are ahead of the loop at most. 1 to 100; default: 8. */
  readonly parallel?: number | undefined;
  /**
   * `false`: at half the price, and maybe an item as it was a moment ago. Default: `true` wherever DynamoDB can, which is
   * everywhere but in a global index.
   */
  readonly consistent?: boolean | undefined;
  /** `true`: pages say what they cost, see {@link Page.consumed}. */
  readonly consumed?: boolean | undefined;
  /** Goes on where an earlier read of the same, by this process or another, stood. */
  readonly cursor?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called while content is loaded, and waited for. What it throws, or rejects with, ends the read. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/**
 * What a read of many finds: item by item in a `for await` loop, or page by page. Nothing is read before the loop begins; it
 * reads on as it is asked, and no more once it is left. Each loop begins anew.
 */
export interface Results<T> extends AsyncIterable<T> {
  /**
   * The pages as they come. A page may be empty and others follow: whether there is more says its cursor alone. With `load` a page
   * has 25 items at most, and all their content in memory.
   */
  pages(): AsyncIterable<Page<T>>;
  /**
   * Everything up to the `limit` as one page, with the cursor of what follows: what a list shows, page by page. Of `getMany`:
   * the results for all keys.
   * @throws {Rejected} InvalidInput for a query or scan without a `limit`
   */
  page(): Promise<Page<T>>;
}

/** Some of the results. */
export interface Page<T> {
  readonly items: readonly T[];
  /**
   * Text from which the same call, with this as its `cursor`, goes on after this page; undefined at the end. It holds keys, in no
   * secret way, and is no proof of anything.
   */
  readonly cursor: string | undefined;
  /** Read capacity units that the page took in DynamoDB, for reading items again too; undefined unless asked for. */
  readonly consumed: number | undefined;
}

/** What `getMany` takes beside the keys. */
export interface GetManyOptions<Name extends string = string, Load extends string = string>
  extends ManyOptions<Name, Load> {}

/** What has become of one of the keys. */
export interface KeyResult<Doc extends Document = AnyDocument, Name extends Names<Doc> = Names<Doc>> {
  /** As it was given. */
  readonly key: KeyOf<Doc>;
  /** Null: there is no such item. One that another program has spoiled is there, with its `problem`. */
  readonly item: LazyItem<Doc, Name> | null;
}

/** What a query and a scan have in common. */
export interface SearchOptions<Name extends string = string, Load extends string = string>
  extends ManyOptions<Name, Load> {
  /** A DynamoDB filter expression: what does not meet it is read, and paid for, but not given. */
  readonly filter?: Expression | undefined;
  /** Results at most, however many are read to find them. Default: all. */
  readonly limit?: number | undefined;
}

/** What a query of the table takes. */
export interface QueryOptions<
  Doc extends Document = AnyDocument,
  Name extends string = string,
  Load extends string = string,
> extends SearchOptions<Name, Load> {
  /** The partition key, by its name: `{ tenant: 'acme' }`. */
  readonly partition: Partial<KeyOf<Doc>>;
  /** A condition on the sort key, by its name: `{ number: { gte: 7 } }`. */
  readonly sort?: Sorting<KeyOf<Doc>> | undefined;
  readonly index?: undefined;
  /** By the sort key. Default: ascending. */
  readonly order?: 'ascending' | 'descending' | undefined;
}

/** What a query of an index takes. */
export interface IndexQueryOptions<
  Doc extends Document = AnyDocument,
  Name extends string = string,
  Load extends string = string,
> extends SearchOptions<Name, Load> {
  /** The index's partition key, by its name; of an index with a key of several attributes, each. */
  readonly partition: Partial<KeyOf<Doc> & GivenOf<Doc>>;
  /** A condition on the index's sort key; of one of several attributes, `eq` for those before the last. */
  readonly sort?: Sorting<KeyOf<Doc> & GivenOf<Doc>> | undefined;
  /** The index's name. */
  readonly index: string;
  /** By the sort key. Default: ascending. */
  readonly order?: 'ascending' | 'descending' | undefined;
}

/** What a scan of the table takes. */
export interface ScanOptions<Name extends string = string, Load extends string = string>
  extends SearchOptions<Name, Load> {
  /** Parts of the table that are read side by side, each a page ahead at most. 1 to 100; default: 1. */
  readonly segments?: number | undefined;
  readonly index?: undefined;
}

/** What a scan of an index takes. */
export interface IndexScanOptions<Name extends string = string, Load extends string = string>
  extends Omit<ScanOptions<Name, Load>, 'index'> {
  readonly index: string;
}

/** Conditions by the names of attributes. */
export type Sorting<All extends object> = {
  readonly [Name in keyof All]?: SortCondition<NonNullable<All[Name]>>;
};

/** One condition on a sort key. `between` includes both. */
export type SortCondition<T> = OneOf<{
  readonly eq: T;
  readonly lt: T;
  readonly lte: T;
  readonly gt: T;
  readonly gte: T;
  readonly between: readonly [T, T];
  readonly beginsWith: T extends string ? string : T extends Uint8Array ? Uint8Array : never;
}>;

type OneOf<All> = {
  [Name in keyof All]: Pick<All, Name> & { readonly [Other in Exclude<keyof All, Name>]?: undefined };
}[keyof All];
