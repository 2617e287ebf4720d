// Stores of one app that share a bucket: none may take another's objects for its own, nor let them expire.

import type { IConstruct } from 'constructs';

/** What stands where, by the names of the construct's props. */
export interface Place {
  readonly table: string;
  readonly bucket: string;
  readonly prefix: string;
  /** What is below these expires. */
  readonly expiring: Readonly<Record<string, string>>;
}

type Neighbour = Place & { readonly path: string };

const storesByApp = new WeakMap<IConstruct, Neighbour[]>();

/** @throws {Error} when another store of the app keeps, or lets expire, objects where this one keeps its own */
export function checkNeighbours(store: IConstruct, place: Place): void {
  const { path, root } = store.node;
  const stores = storesByApp.get(root) ?? [];
  const own: Neighbour = { ...place, path };
  for (const other of stores.filter(({ bucket }) => bucket === own.bucket)) {
    checkSame(own, other);
    checkExpiring(own, other);
    checkExpiring(other, own);
  }
  storesByApp.set(root, [...stores, own]);
}

/** Of one table, either's sweep finds what the other has put referenced. */
function checkSame({ table, prefix }: Neighbour, other: Neighbour): void {
  if (prefix !== other.prefix || table === other.table) return;
  throw new Error(
    `LargeItemStore: prefix "${prefix}" is that of ${other.path} in the same bucket: either's sweep would take the other's objects for orphans`,
  );
}

function checkExpiring({ path, prefix }: Neighbour, other: Neighbour): void {
  for (const [prop, folder] of Object.entries(other.expiring)) {
    if (prefix === '' || !`${prefix}/`.startsWith(`${folder}/`)) continue;
    throw new Error(
      `LargeItemStore: prefix "${prefix}" of ${path} is below ${prop} "${folder}" of ${other.path} in the same bucket, whose objects expire`,
    );
  }
}
