// Items and plans for the tests of the rules: what a saga wrote, what another writer wrote, and planning on either.

import { toRequest } from '../../core/contract/parse-request.ts';
import { largeAttributesOf } from '../../core/contract/request.ts';
import { type SagaMetadata, writeSaga } from '../../core/item/item.ts';
import { objectKey } from '../../core/keys/object-key.ts';
import { formatPointer } from '../../core/keys/pointer.ts';
import { formatRun, type Operation } from '../../core/keys/run.ts';
import { type Content, makePlan, type Plan, type PlanContext } from '../../core/saga/plan.ts';
import type { Item } from '../../core/values/attributes.ts';
import { run, SHA256, STORE } from './fixtures.ts';

export const KEY = { id: { S: '1' } } as const;
export type ContentName = keyof typeof SHA256;

/** The object key that the named run puts for content of the attribute. */
export function keyOf(
  attribute: string,
  content: ContentName,
  by: Operation | string,
  item: Item = KEY,
): string {
  const [operation, name] = by.split(':') as [Operation, string | undefined];
  return objectKey(STORE, item, attribute, SHA256[content], formatRun(run(operation, name)));
}

export function pointer(key: string): string {
  return formatPointer(STORE.bucket, key);
}

/** An item that sagas wrote: its large attributes' content, by default put by the run that created it. */
export function sagaItem(
  pages: Readonly<Record<string, string>> = { page: keyOf('page', 'x', 'create') },
  { version = 1, createdBy = formatRun(run('create')), writtenBy = '', ...rest }: Partial<SagaMetadata> = {},
): Item {
  return {
    ...KEY,
    title: { S: 'Hello' },
    ...pointers(pages),
    _saga: writeSaga({
      createdBy,
      ...rest,
      version,
      writtenBy: writtenBy || createdBy,
      large: Object.keys(pages).sort(),
    }),
  };
}

/** An item that another writer made. */
export function foreignItem(pages: Readonly<Record<string, string>> = {}): Item {
  return { ...KEY, title: { S: 'Hello' }, ...pointers(pages) };
}

export interface Planning extends Partial<Pick<PlanContext, 'number' | 'series' | 'item'>> {
  readonly input?: object;
  /** Content of the request's large attributes, by name; the input's text is not looked at. */
  readonly content?: Readonly<Record<string, ContentName>>;
  readonly reusable?: readonly string[];
  readonly placed?: readonly string[];
}

/** Plans a run that is named as its operation is. */
export function plan(operation: Operation, planning: Planning = {}): Plan {
  const { input = {}, content = {}, item, number = 1, series = 1, reusable = [], placed = [] } = planning;
  const large = Object.fromEntries(Object.keys(content).map((name) => [name, { text: name }]));
  const request = toRequest(
    operation,
    { key: { id: '1' }, ...(operation !== 'delete' && { largeAttributes: large }), ...input },
    STORE,
  );
  const contents = new Map<string, Content>(
    Object.keys(largeAttributesOf(request)).map((name) => [
      name,
      { sha256: SHA256[content[name] ?? 'x'], size: 3 },
    ]),
  );
  return makePlan(request, {
    store: STORE,
    run: run(operation),
    number,
    series,
    placed: new Set(placed),
    item,
    contents,
    reusable: new Set(reusable),
  });
}

function pointers(pages: Readonly<Record<string, string>>): Item {
  return Object.fromEntries(Object.entries(pages).map(([name, key]) => [name, { S: pointer(key) }]));
}
