// The acts of the demo, in order: each goes on where the one before ended.

import type { RunTree, StateNode } from '../../audit/history/history.ts';
import { NotWritten, type WriteResult } from '../../client/index.ts';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';

export interface Act {
  readonly title: string;
  play(stage: Stage, screen: Screen): Promise<void>;
}

const ID = 'julia';
const key = { id: ID };

export const ACTS: readonly Act[] = [
  { title: 'Create an item with a page, a picture and a record', play: create },
  { title: 'Update the page; the picture stays as it is', play: update },
  { title: 'An update that expects an older version', play: rejectedUpdate },
  { title: 'A create that DynamoDB refuses', play: rolledBackCreate },
  { title: 'A write that is applied, but answered with 500', play: inDoubtUpdate },
  { title: 'Delete the item', play: deleteItem },
];

async function create(stage: Stage, screen: Screen): Promise<void> {
  const result = await stage.client.create(
    {
      key,
      attributes: { title: 'Julia sets', views: 0 },
      largeAttributes: {
        page: { content: stage.file('page.html'), contentType: 'text/html; charset=utf-8' },
        picture: { content: stage.file('picture.png'), contentType: 'image/png' },
        record: { content: stage.file('record.json'), contentType: 'application/json' },
      },
    },
    { idempotencyKey: 'create-julia' },
  );
  await showRun(stage, screen, result.executionArn);
  screen.check('the item is at version 1', result.version, 1);
  for (const [attribute, file] of [
    ['page', 'page.html'],
    ['picture', 'picture.png'],
    ['record', 'record.json'],
  ] as const) {
    screen.check(`${attribute} reads back byte for byte as ${file}`, await stage.holds(ID, attribute, file));
  }
  await checkNothingElse(stage, screen);
}

async function update(stage: Stage, screen: Screen): Promise<void> {
  const [before, pointersBefore] = [await stage.objects(), await stage.pointers(ID)];
  const result = await stage.client.update(
    {
      key,
      set: { title: 'Julia sets, drawn' },
      largeAttributes: {
        page: { content: stage.file('page-2.html'), contentType: 'text/html; charset=utf-8' },
        picture: { content: stage.file('picture.png'), contentType: 'image/png' },
      },
    },
    { idempotencyKey: 'update-page' },
  );
  const tree = await showRun(stage, screen, result.executionArn);
  const [after, pointersAfter] = [await stage.objects(), await stage.pointers(ID)];
  const picture = pointersBefore.get('picture') ?? '';
  const replaced = pointersBefore.get('page') ?? '';
  screen.check('the item is at version 2', result.version, 2);
  screen.check('page reads back byte for byte as page-2.html', await stage.holds(ID, 'page', 'page-2.html'));
  screen.check('only the page was put', putAttributes(tree), ['page']);
  screen.check(
    'the object of the old page is gone',
    after.some((object) => object.key === replaced),
    false,
  );
  screen.check('the picture has the same object', pointersAfter.get('picture'), picture);
  screen.check(
    'which was not put again: same ETag, same time',
    after.find((object) => object.key === picture),
    before.find((object) => object.key === picture),
  );
  await checkNothingElse(stage, screen);
}

async function rejectedUpdate(stage: Stage, screen: Screen): Promise<void> {
  const before = await snapshot(stage);
  const refusal = await refusalOf(
    stage.client.update(
      {
        key,
        expectedVersion: 1,
        largeAttributes: { page: { content: stage.file('page.html') } },
      },
      { idempotencyKey: 'update-of-version-1' },
    ),
  );
  await showRun(stage, screen, refusal?.executionArn);
  screen.check(
    'it is rejected: VersionMismatch',
    [refusal?.name, refusal?.reason],
    ['Rejected', 'VersionMismatch'],
  );
  screen.check('nothing was written: same item, same objects', await snapshot(stage), before);
}

async function rolledBackCreate(stage: Stage, screen: Screen): Promise<void> {
  const before = await snapshot(stage);
  stage.faults.inject({
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    when: 'before',
    error: 'AccessDeniedException',
    status: 400,
    message: 'PutItem is not allowed',
  });
  const refusal = await refusalOf(
    stage.client.create(
      {
        key: { id: 'refused' },
        largeAttributes: {
          page: { content: stage.file('page.html'), contentType: 'text/html; charset=utf-8' },
          record: { content: stage.file('record.json'), contentType: 'application/json' },
        },
      },
      { idempotencyKey: 'create-refused' },
    ),
  );
  stage.faults.clear();
  const tree = await showRun(stage, screen, refusal?.executionArn);
  screen.check(
    'it is rolled back: WriteRefused',
    [refusal?.name, refusal?.reason],
    ['RolledBack', 'WriteRefused'],
  );
  screen.check('both of its objects had been put', putAttributes(tree), ['page', 'record']);
  screen.check('the compensation has run', stateOf(tree, 'DeleteCreatedObjects'), 'compensation succeeded');
  screen.check('there is no such item', (await stage.client.get({ id: 'refused' })) === undefined);
  screen.check('its objects are gone; all others are there', await snapshot(stage), before);
}

async function inDoubtUpdate(stage: Stage, screen: Screen): Promise<void> {
  stage.faults.inject({
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    when: 'after',
    error: 'InternalServerError',
    status: 500,
  });
  const result = await stage.client.update(
    {
      key,
      add: { views: 1 },
      largeAttributes: {
        page: { content: stage.file('page.html'), contentType: 'text/html; charset=utf-8' },
      },
    },
    { idempotencyKey: 'count-a-view' },
  );
  const fired = stage.faults.list().map((fault) => fault.fired);
  stage.faults.clear();
  const tree = await showRun(stage, screen, result.executionArn);
  const item = await stage.client.get(key);
  const retries = tree.states.find(({ name }) => name === 'WriteItem')?.retries ?? [];
  screen.check('the fault has happened, once', fired, [1]);
  screen.check(
    'the write was in doubt, and written again',
    retries.map(({ error }) => error),
    ['WriteInDoubt'],
  );
  screen.check(
    'it has taken effect exactly once: version 3, one view',
    [item?.version, item?.attributes.views],
    [3, 1],
  );
  screen.check('page reads back byte for byte as page.html', await stage.holds(ID, 'page', 'page.html'));
  await checkNothingElse(stage, screen);
}

async function deleteItem(stage: Stage, screen: Screen): Promise<void> {
  const result = await stage.client.delete({ key, expectedVersion: 3 }, { idempotencyKey: 'delete-julia' });
  await showRun(stage, screen, result.executionArn);
  screen.check('the item is gone', (await stage.client.get(key)) === undefined);
  screen.check('the bucket is empty', await stage.objects(), []);
}

async function showRun(stage: Stage, screen: Screen, executionArn = ''): Promise<RunTree> {
  const tree = await stage.run(executionArn);
  screen.run(tree, executionArn.split(':').at(-1) ?? 'run');
  await stage.show(screen, ID);
  return tree;
}

/** No orphans, no dangling pointers, nothing staged left over. */
async function checkNothingElse(stage: Stage, screen: Screen): Promise<void> {
  const [pointers, objects] = [await stage.pointers(ID), await stage.objects()];
  screen.check(
    'the bucket holds what the item points at, and nothing else',
    objects.map((object) => object.key).sort(),
    [...pointers.values()].sort(),
  );
}

async function snapshot(stage: Stage): Promise<unknown> {
  const item = await stage.client.get(key);
  return {
    version: item?.version,
    attributes: item?.attributes,
    pointers: [...(await stage.pointers(ID))],
    objects: await stage.objects(),
  };
}

/** How a write that should not take effect was answered; undefined if it did. */
async function refusalOf(write: Promise<WriteResult>) {
  try {
    await write;
    return undefined;
  } catch (error) {
    if (!(error instanceof NotWritten)) throw error;
    const executionArn = 'executionArn' in error ? String(error.executionArn) : undefined;
    return { name: error.name, reason: error.reason, executionArn };
  }
}

function putAttributes({ states }: RunTree): (string | undefined)[] {
  const puts = states.find(({ name }) => name === 'PutObjects')?.branches ?? [];
  return puts.map(({ attribute }) => attribute);
}

function stateOf({ states }: RunTree, name: string): string | undefined {
  const state: StateNode | undefined = states.find((each) => each.name === name);
  return state && `${state.kind} ${state.status}`;
}
