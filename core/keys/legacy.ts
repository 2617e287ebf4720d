// Objects that the Python library pynamodb_mate put (docs/migration.md). Their keys are
// `{prefix}/pk={pk}/sk={sk}/attr={attribute}/md5={hex}`, with the item's key as it is and no run: they are shared.

/** Where items of the table point at besides the store's own prefix. */
export interface LegacyPlace {
  /** By default the store's own bucket. */
  readonly bucket?: string | undefined;
  /** What the library was given as prefix, without a slash at either end. */
  readonly prefix: string;
}

/** The metadata under which the library keeps an object's update time. */
export const LEGACY_UPDATED_AT = 'update_at';

const LAYOUT = /^(.*)\/attr=[^/]+\/md5=([0-9a-f]{32})$/s;

/** The MD5 of the content that such a key promises, or undefined for any other key. */
export function legacyMd5(key: string): string | undefined {
  return LAYOUT.exec(key)?.[2];
}

/**
 * Whether a key is such a one, below one of the prefixes, and names this item; false also where it could be read as another
 * item's: the library does not encode what it puts between the slashes.
 */
export function isLegacyKeyOf(
  { pk, sk }: { readonly pk: string; readonly sk?: string | undefined },
  key: string,
  prefixes: readonly string[],
): boolean {
  const item = LAYOUT.exec(key)?.[1];
  const own = sk === undefined ? `pk=${pk}` : `pk=${pk}/sk=${sk}`;
  if (sk !== undefined && own.split('/sk=').length > 2) return false;
  return prefixes.some((prefix) => {
    const start = prefix === '' ? '' : `${prefix}/`;
    // Of a prefix with a slash at both ends the library leaves one.
    return item === `${start}${own}` || item === `${start}/${own}`;
  });
}

/**
 * The item that such a key below the prefix names. Undefined for any other key, and for one that two items could have: the
 * library does not encode what it puts between the slashes.
 */
export function legacyItemOf(
  key: string,
  prefix: string,
  hasSortKey: boolean,
): { readonly pk: string; readonly sk?: string } | undefined {
  const item = LAYOUT.exec(key)?.[1];
  const start = `${prefix === '' ? '' : `${prefix}/`}pk=`;
  if (item?.startsWith(start) !== true) return undefined;
  const [pk = '', sk, ...more] = item.slice(start.length).split('/sk=');
  if (pk === '' || more.length > 0 || (sk === undefined) === hasSortKey) return undefined;
  return sk === undefined ? { pk } : { pk, sk };
}
