// Explores configurations by name, with one copy of the product's code for all tests of a file.

import { configurationNamed, storesOf } from '../../explorer/configurations/all.ts';
import { loadProduct, Model, type Product } from '../../explorer/model/model.ts';
import { explore } from '../../explorer/search/breadth-first.ts';
import type { Exploration } from '../../explorer/search/findings.ts';
import type { SearchOptions } from '../../explorer/search/limits.ts';
import { type WalkOptions, walk } from '../../explorer/search/walks.ts';
import type { Configuration } from '../../explorer/state/configuration.ts';

const products = new Map<number, Promise<Product>>();

/** The product itself. */
export function product(stores = 1): Promise<Product> {
  const known = products.get(stores) ?? loadProduct([], stores);
  products.set(stores, known);
  return known;
}

export async function modelOf(name: string, changes: Partial<Configuration> = {}): Promise<Model> {
  const configuration = { ...configurationNamed(name).configuration, ...changes };
  return new Model(await product(storesOf(configuration)), configuration);
}

export async function explored(
  name: string,
  changes: Partial<Configuration> = {},
  options: SearchOptions = {},
): Promise<Exploration> {
  return explore(await modelOf(name, changes), options);
}

export async function walked(name: string, options: WalkOptions): Promise<Exploration> {
  return walk(await modelOf(name), options);
}

/** The broken promises alone, for messages that can be read. */
export function brokenBy({ violations }: Exploration): readonly string[] {
  return violations.map(({ promise, schedule }) => [promise, ...schedule].join('\n'));
}
