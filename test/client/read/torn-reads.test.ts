// Hazards A15 and B10 for both ways to read, with controls: each rule left out, to see that its schedule needs it.

import { beforeEach, describe, expect, it } from 'vitest';
import * as product from '../../../client/index.ts';
import type { SourceChange } from '../../../explorer/code/change.ts';
import { itemAt, objectKeyOf } from '../items.ts';
import { items, objects } from '../mocked-items.ts';
import { resetMocks, store } from '../mocks.ts';
import { importMutant } from '../mutant-client.ts';

beforeEach(resetMocks);

type Client = typeof product;
type Ending = Readonly<Record<string, unknown>>;

const key = { id: '42' };
const before = { page: 'old page', picture: 'old picture' };
const after = { page: 'new page', picture: 'new picture' };
const NEW_OBJECTS = {
  [objectKeyOf('page', 'new page', 2)]: 'new page',
  [objectKeyOf('picture', 'new picture', 2)]: 'new picture',
};

/** An update lands between the read of the item and those of its objects; the clean-up has come half-way. */
async function updatedInBetween({ LargeItemClient }: Client, options: product.GetOptions): Promise<Ending> {
  items(itemAt(1, before), itemAt(2, after));
  objects({ [objectKeyOf('page', 'old page', 1)]: 'old page', ...NEW_OBJECTS });
  const item = await new LargeItemClient({ store }).get(key, options);
  objects({ [objectKeyOf('page', 'old page', 1)]: 'old page', ...NEW_OBJECTS });
  const { page, picture } = item?.large ?? {};
  return { version: item?.version, page: await page?.text(), picture: await picture?.text() };
}

/** An update lands after the item was got lazily, before its content is fetched. */
async function updatedAfterwards({ LargeItemClient }: Client): Promise<Ending> {
  items(itemAt(1, before), itemAt(2, after));
  objects({
    [objectKeyOf('page', 'old page', 1)]: 'old page',
    [objectKeyOf('picture', 'old picture', 1)]: 'old picture',
  });
  const item = await new LargeItemClient({ store }).get(key);
  objects({ [objectKeyOf('page', 'old page', 1)]: 'old page', ...NEW_OBJECTS });
  const { page, picture } = item?.large ?? {};
  return { page: await page?.text(), picture: await picture?.text() };
}

/** The object holds other bytes than were written. */
async function spoiled({ LargeItemClient }: Client, options: product.GetOptions): Promise<Ending> {
  items(itemAt(1, { page: 'right' }));
  objects({ [objectKeyOf('page', 'right', 1)]: 'wrong' });
  const item = await new LargeItemClient({ store }).get(key, options);
  return { page: await item?.large.page?.text() };
}

interface Schedule {
  readonly name: string;
  readonly run: (client: Client) => Promise<Ending>;
  readonly ending: Ending;
  readonly leftOut: readonly LeftOut[];
}

interface LeftOut extends SourceChange {
  readonly rule: string;
  /** How the schedule ends without the rule. */
  readonly instead: Ending;
}

const READ = 'client/read/read.ts';
const UNTORN = 'client/read/untorn.ts';
const readAgain: LeftOut = {
  rule: 'the item is read again',
  file: UNTORN,
  from: 'if (!(error instanceof ObjectGone)) throw error;',
  to: 'throw error;',
  instead: { error: 'ObjectGone', attribute: 'picture' },
};
const get = '(isLoaded ? loaded(pointer, whyGone, download) : known(pointer, whyGone, stop))';
const allAgain: LeftOut = {
  rule: 'all objects are got again',
  file: READ,
  from: `await ${get}`,
  to: `((globalThis as any)[isLoaded + pointer.attribute] ??= await ${get})`,
  instead: { version: 2, page: 'old page', picture: 'new picture' },
};
const checked: LeftOut = {
  rule: 'content is checked',
  file: 'client/content/verify.ts',
  from: 'if (actual !== hex) throw wrong(actual);',
  to: '',
  instead: { page: 'wrong' },
};

const SCHEDULES: readonly Schedule[] = [
  {
    name: 'A15, B10, lazily',
    run: (client) => updatedInBetween(client, {}),
    ending: { version: 2, ...after },
    leftOut: [readAgain, allAgain],
  },
  {
    name: 'A15, B10, at once',
    run: (client) => updatedInBetween(client, { load: true }),
    ending: { version: 2, ...after },
    leftOut: [readAgain, allAgain],
  },
  {
    name: 'A15, after a lazy read',
    run: updatedAfterwards,
    ending: { error: 'ItemChanged', attribute: 'picture' },
    leftOut: [
      {
        rule: 'a moved pointer is told from a dangling one',
        file: UNTORN,
        from: 'if (now.uris.get(attribute) === uri) return undefined;',
        to: 'return undefined;',
        instead: { error: 'IntegrityError', attribute: 'picture' },
      },
    ],
  },
  {
    name: 'wrong bytes, lazily',
    run: (client) => spoiled(client, {}),
    ending: { error: 'IntegrityError', attribute: 'page' },
    leftOut: [checked],
  },
  {
    name: 'wrong bytes, at once',
    run: (client) => spoiled(client, { load: true }),
    ending: { error: 'IntegrityError', attribute: 'page' },
    leftOut: [checked],
  },
];

async function endingOf(run: Schedule['run'], client: Client): Promise<Ending> {
  try {
    return await run(client);
  } catch (error) {
    const { name, attribute } = error as Error & { attribute?: string };
    return { error: name, attribute };
  }
}

describe.each(SCHEDULES)('$name', ({ run, ending, leftOut }) => {
  it('ends as it must', async () => {
    expect(await endingOf(run, product)).toEqual(ending);
  });

  it.each(leftOut)('does not without the rule that $rule', async ({ instead, ...mutation }) => {
    expect(await endingOf(run, await importMutant(mutation))).toEqual(instead);
  });
});
