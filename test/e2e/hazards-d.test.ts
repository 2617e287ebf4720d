// HAZARDS, part D: what reads of many items lose when one of their rules is left out. Each schedule is staged with the rule in
// place, where nothing is lost, and without it, where it is.

import { S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import * as product from '../../client/index.ts';
import { toSdkItem } from '../../core/values/sdk-item.ts';
import type { SourceChange } from '../../explorer/code/change.ts';
import { importMutant } from '../client/mutant-client.ts';
import { NOTHING_LOST, useStage } from './one-item.ts';

const stage = useStage();
type Client = typeof product;

const both = (text: string) => ({ largeAttributes: { page: { text }, picture: { text } } });

/** What one version of the item has. */
function versionOf(version: number, text: string) {
  return { version, page: text, picture: text };
}

/** @param beforeGet - runs before the content of one object is asked for, the first time */
function clientOf({ LargeItemClient }: Client, beforeGet?: { readonly nth: number; run(): Promise<void> }) {
  const { cloud, dynamodb, descriptor: store } = stage.store;
  const { endpoint, region, credentials } = cloud;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  let gets = 0;
  s3.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'GetObjectCommand' && ++gets === beforeGet?.nth) await beforeGet.run();
        return next(args);
      },
    { step: 'initialize' },
  );
  onTestFinished(() => s3.destroy());
  return new LargeItemClient({ store, s3, dynamodb });
}

async function contentOf(item: product.LazyItem | undefined) {
  const { page, picture } = item?.large ?? {};
  return { version: item?.version, page: await page?.text(), picture: await picture?.text() };
}

async function endingOf(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return { error: (error as Error).name };
  }
}

/** D1: an item of a page is loaded; an update replaces it, with its objects, when one of them has been read. */
async function updatedWhileLoaded(client: Client): Promise<unknown> {
  await stage.commit('create', both('X'));
  const reader = clientOf(client, { nth: 2, run: () => stage.commit('update', both('Y')) });
  const { items } = await reader.query({ partition: stage.key, load: true, parallel: 1, limit: 1 }).page();
  return contentOf(items[0]);
}

/** D2: an index, a stream or another program shows the item as it was; the objects of that time still stand. */
async function shownAsItWas(client: Client): Promise<unknown> {
  await stage.commit('create', both('X'));
  const raw = toSdkItem((await stage.item()) ?? {});
  await stage.commit('update', { ...both('Y'), cleanUp: { whenSucceeded: false } });
  return contentOf(clientOf(client).attach(raw) as product.LazyItem);
}

/** D3: a page shows the item; it is deleted and created anew before its content is fetched. */
async function replacedAfterThePage(client: Client): Promise<unknown> {
  await stage.commit('create', both('X'));
  const { items } = await clientOf(client).query({ partition: stage.key, limit: 1 }).page();
  await stage.commit('delete');
  await stage.commit('create', both('Z'));
  return contentOf(items[0]);
}

interface Hazard {
  readonly name: string;
  readonly run: (client: Client) => Promise<unknown>;
  readonly ending: unknown;
  readonly leftOut: SourceChange;
  readonly instead: unknown;
}

const HAZARDS: readonly Hazard[] = [
  {
    name: 'D1: all content of an item is read again once one object is missing',
    run: updatedWhileLoaded,
    ending: versionOf(2, 'Y'),
    leftOut: {
      file: 'client/read/lazy-item.ts',
      from: 'return loaded(pointer, whyGone, { signal: stop, onProgress });',
      to: 'return ((faults as any)[name] ??= await loaded(pointer, whyGone, { signal: stop, onProgress }));',
    },
    instead: { version: 2, page: 'X', picture: 'Y' },
  },
  {
    name: 'D2: the item is looked at before content is fetched that others point at',
    run: shownAsItWas,
    ending: { error: 'ItemChanged' },
    leftOut: {
      file: 'client/read/lazy-item.ts',
      from: 'confirm: isItem ? undefined : confirm',
      to: 'confirm: undefined',
    },
    instead: versionOf(1, 'X'),
  },
  {
    name: 'D3: the item is asked about an object that is gone',
    run: replacedAfterThePage,
    ending: { error: 'ItemChanged' },
    leftOut: {
      file: 'client/read/untorn.ts',
      from: 'if (now.uris.get(attribute) === uri) return undefined;',
      to: 'return undefined;',
    },
    instead: { error: 'IntegrityError' },
  },
];

describe.each(HAZARDS)('$name', ({ run, ending, leftOut, instead }) => {
  it('so nothing is mixed, and nothing old passes for new', async () => {
    expect(await endingOf(() => run(product))).toEqual(ending);
  });

  it('and without that it is lost', async () => {
    const mutant = await importMutant(leftOut);
    expect(await endingOf(() => run(mutant))).toEqual(instead);
  });
});

describe('D3: a page whose item is written meanwhile', () => {
  it('content is that of the page while its objects stand, and then no other', async () => {
    await stage.commit('create', both('X'));
    const page = await clientOf(product).query({ partition: stage.key, limit: 1 }).page();
    const update = await stage.startHeld('update', both('Y'), 'DeleteObjects');
    // The item is written, its old objects are still there: the page's version is whole.
    expect(await contentOf(page.items[0])).toEqual(versionOf(1, 'X'));
    expect(await stage.store.passUntilEnd(update)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await endingOf(() => contentOf(page.items[0]))).toEqual({ error: 'ItemChanged' });
    expect(await stage.losses()).toEqual(NOTHING_LOST);
  });
});

describe('D4: a cursor is a key, not a number of items', () => {
  let client: product.LargeItemClient;

  beforeEach(() => {
    client = clientOf(product);
  });

  it('so each item that stays is given once, whatever is written and deleted between two pages', async () => {
    const all = async (cursor?: string): Promise<string[]> => {
      const found: string[] = [];
      for await (const { key } of client.scan({ cursor })) found.push(String(key.id));
      return found;
    };
    const create = (id: string, text = id) => stage.store.run('create', { key: { id }, ...both(text) });
    for (const id of ['d4-a', 'd4-b', 'd4-c', 'd4-d', 'd4-e']) await create(id);
    const before = await all();
    const half = await client.scan({ limit: Math.ceil(before.length / 2) }).page();
    const given = half.items.map(({ key }) => String(key.id));
    const last = given.at(-1) as string;
    const [first] = given;
    const left = before.slice(given.length);
    const dropped = left.find((id) => id.startsWith('d4-')) as string;

    // The item at which the page ended, one before it, and one after it are deleted; others come.
    for (const id of new Set([last, first as string, dropped]))
      await stage.store.run('delete', { key: { id } });
    for (const id of ['d4-f', 'd4-g', 'd4-h']) await create(id);
    const rest = await all(half.cursor);

    expect(rest.filter((id) => given.includes(id))).toEqual([]);
    expect(rest.filter((id) => left.includes(id))).toEqual(left.filter((id) => id !== dropped));
  });
});
