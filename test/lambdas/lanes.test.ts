// What the tasks do for the Express lane: plans of Express runs, what goes on with one, and what settles one (docs/lanes.md).

import './environment.ts';
import { createHash } from 'node:crypto';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectsCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { outputSchema } from '../../core/contract/output.ts';
import type { SagaError } from '../../core/errors/errors.ts';
import { EXPRESS_COPY_BYTES, EXPRESS_PUTS, MAX_PAYLOAD_BYTES } from '../../core/errors/limits.ts';
import { objectKey } from '../../core/keys/object-key.ts';
import { continuedName, formatRun, type Operation } from '../../core/keys/run.ts';
import type { Plan } from '../../core/saga/plan.ts';
import { SETTLE_RUN_SECONDS } from '../../core/saga/waits.ts';
import { toSdkItem } from '../../core/values/sdk-item.ts';
import { type PlanEvent, handler as plan } from '../../lambdas/plan.ts';
import { putError } from '../../lambdas/put-content.ts';
import { handler as settleRun } from '../../lambdas/settle-run.ts';
import { run, STORE } from '../core/fixtures.ts';
import { KEY, keyOf, pointer, sagaItem } from '../core/items.ts';
import { dynamodbMock, failure, s3Mock } from './environment.ts';

const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const OTHER_ID = '01ARZ3NDEKTSV4RRFFQ69G5FAW';
const NONCE = '01234567-89ab-4def-8123-456789abcdef';
const CONTENT = 'hello';
const DIGEST = createHash('sha256').update(CONTENT).digest('hex');
const PAGE = { largeAttributes: { page: { text: CONTENT } } };

/** How an Express run of this id is named in keys and marks. */
function expressRun(operation: Operation, id = ID, nonce = '0123456789ab'): string {
  return formatRun(run(operation, `x.${id}.${nonce}`));
}

function expressEvent(operation: Operation, input: object, name = `${operation}-1-${ID}`): PlanEvent {
  const execution = { name, startTime: run(operation).startTime };
  return { operation, execution, input: { key: { id: '1' }, ...input }, previous: null, nonce: NONCE };
}

function standardEvent(operation: Operation, input: object, name = continuedName(ID)): PlanEvent {
  const { nonce: _, ...event } = expressEvent(operation, input, name);
  return event;
}

/** As S3 words it. */
function accessDenied(key: string): string {
  return (
    `User: arn:aws:sts::123456789012:assumed-role/${'r'.repeat(64)}/${'f'.repeat(64)} is not authorized to perform: s3:PutObject on ` +
    `resource: "arn:aws:s3:::${'b'.repeat(63)}/${key}" because no identity-based policy allows the s3:PutObject action`
  );
}

beforeEach(() => {
  dynamodbMock.on(GetItemCommand).resolves({});
  s3Mock.on(DeleteObjectsCommand).resolves({});
  s3Mock.on(ListObjectsV2Command).resolves({});
});

describe('the plan of an Express run', () => {
  test('bears what the run has drawn, in keys and mark', async () => {
    const made = await plan(expressEvent('create', PAGE));
    const own = expressRun('create');
    expect(made).toMatchObject({ run: own, saga: { createdBy: own, writtenBy: own } });
    expect(made.puts.map(({ key }) => key)).toEqual([objectKey(STORE, KEY, 'page', DIGEST, own)]);
  });

  test('differs between executions of one name', async () => {
    const [one, other] = await Promise.all([
      plan(expressEvent('create', PAGE)),
      plan({ ...expressEvent('create', PAGE), nonce: 'fedcba98-7654-4def-8123-456789abcdef' }),
    ]);
    expect(one.run).not.toBe(other.run);
  });

  test.each([
    ['a name without an id', {}, 'order-17', 'name'],
    ['what only goes on with another', { continues: {} }, undefined, 'continues'],
    ['what only settles another', { settles: { id: ID } }, undefined, 'settles'],
    [
      'a copy that takes long',
      {
        largeAttributes: {
          page: { staged: { key: 'staging/u', sha256: DIGEST, size: EXPRESS_COPY_BYTES + 1 } },
        },
      },
      undefined,
      'largeAttributes.page.staged.size',
    ],
    [
      'more puts than run side by side',
      {
        largeAttributes: Object.fromEntries(
          Array.from({ length: EXPRESS_PUTS + 1 }, (_, at) => [`a${at}`, { text: 'x' }]),
        ),
      },
      undefined,
      'largeAttributes',
    ],
    ['what could not be handed over', { attributes: { text: 'x'.repeat(257_000) } }, undefined, 'input'],
  ])('refuses %s, before any call', async (_, input, name, field) => {
    const { name: error, cause } = await failure(plan(expressEvent('create', input, name)));
    expect(error).toBe('InvalidInput');
    expect(cause.field).toBe(field);
    expect(s3Mock.calls()).toEqual([]);
  });

  test('leaves room for whatever S3 says of its puts', async () => {
    const id = 'k'.repeat(600);
    const largeAttributes = Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [`${at}`.padEnd(255, 'a'), { text: CONTENT }]),
    );
    const inputOf = (size: number) => ({
      key: { id },
      largeAttributes,
      attributes: { text: 'x'.repeat(size) },
    });
    const made = async (size: number) => plan(expressEvent('create', inputOf(size))).catch(() => undefined);
    let [fits, over] = [0, MAX_PAYLOAD_BYTES];
    while (over - fits > 1) {
      const middle = Math.floor((fits + over) / 2);
      if ((await made(middle)) === undefined) over = middle;
      else fits = middle;
    }
    const planned = (await made(fits)) as Plan;
    const puts = planned.puts.map((put) => {
      const refusal = Object.assign(new Error(accessDenied(put.key)), {
        name: 'AccessDenied',
        $metadata: { httpStatusCode: 403 },
      });
      const cause = JSON.stringify((putError(refusal, put, true) as SagaError).reason);
      const failure = { name: 'PutRefused', cause };
      return { attribute: put.attribute, put: false, inDoubt: true, staged: false, failure };
    });
    const now = run('create').startTime;
    const times = { writeStartedAt: now, plannedAt: now, secondsToSettle: 90 };
    const continues = {
      at: 'DeleteCreatedObjects',
      plan: planned,
      ...times,
      puts,
      failure: puts[0]?.failure,
    };
    const bytes = Buffer.byteLength(JSON.stringify({ ...inputOf(fits), continues }));
    expect(bytes).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
  });
});

describe('an execution that goes on with an Express run', () => {
  async function handedOver(operation: Operation, input: object, at: string, changes: object = {}) {
    const made = await plan(expressEvent(operation, input));
    const now = run(operation).startTime;
    const times = { writeStartedAt: now, plannedAt: now };
    const plans = { ...made, ...changes };
    return {
      ...input,
      continues: { at, plan: plans, ...times, puts: [], secondsToSettle: 0, failure: null },
    };
  }

  test.each([
    ['create', 'PutObjects'],
    ['create', 'LetRequestsExpire'],
    ['create', 'WriteItem'],
    ['create', 'ReplaceItem'],
    ['create', 'DeleteCreatedObjects'],
  ] as const)('%s says so in the place of a plan, at %s', async (operation, at) => {
    const input = await handedOver(operation, PAGE, at);
    dynamodbMock.resetHistory();
    expect((await failure(plan(standardEvent(operation, input)))).name).toBe('Continues');
    expect(dynamodbMock.calls()).toEqual([]);
  });

  test('of an update and a delete, too, with what they replace', async () => {
    const old = keyOf('page', 'y', 'create');
    dynamodbMock.on(GetItemCommand).resolves({ Item: toSdkItem(sagaItem({ page: old })) });
    const updated = await handedOver('update', PAGE, 'WriteItem');
    expect((await failure(plan(standardEvent('update', updated)))).name).toBe('Continues');
    const deleted = await handedOver('delete', {}, 'DeleteItem');
    expect(deleted.continues.plan.replaced).toEqual([old]);
    expect((await failure(plan(standardEvent('delete', deleted)))).name).toBe('Continues');
  });

  const others = keyOf('page', 'x', 'create', { id: { S: '2' } });
  const earlier = objectKey(STORE, KEY, 'page', DIGEST, expressRun('create', OTHER_ID));
  const mine = objectKey(STORE, KEY, 'page', DIGEST, expressRun('create'));
  const put = { attribute: 'page', key: mine, sha256: DIGEST, size: CONTENT.length };
  const mark = {
    createdBy: expressRun('create'),
    writtenBy: expressRun('create'),
    version: 1,
    large: ['page'],
  };
  test.each([
    ['at a state that is none of those', 'Plan', {}],
    ['at a state of another operation', 'DeleteItem', {}],
    ['for another item', 'WriteItem', { key: { id: { S: '2' } } }],
    ['as another run', 'WriteItem', { run: expressRun('create', OTHER_ID) }],
    ['as a run of the Standard lane', 'WriteItem', { run: formatRun(run('create')) }],
    ['with another mark', 'WriteItem', { saga: { version: 1, writtenBy: 'x', createdBy: 'x', large: [] } }],
    ["with another item's object to delete", 'WriteItem', { replaced: [others] }],
    ["with another run's object to undo", 'WriteItem', { created: [keyOf('page', 'x', 'create')] }],
    ["with a pointer to another item's object", 'WriteItem', { pointers: { page: pointer(others) } }],
    ['with a put that is none of its own', 'PutObjects', { puts: [{ key: 'items/readme.txt' }] }],
    ["with a pointer to an earlier run's object", 'WriteItem', { pointers: { page: pointer(earlier) } }],
    [
      'with a pointer that it keeps of an item that is not there',
      'WriteItem',
      {
        pointers: { page: pointer(earlier) },
        expected: { kind: 'absent', pointers: { page: pointer(earlier) } },
      },
    ],
    ['with a pointer to what was staged', 'WriteItem', { pointers: { page: 'staging/u' } }],
    ['with a pointer of another attribute', 'WriteItem', { pointers: { cover: pointer(mine) } }],
    [
      'with a mark that was there before',
      'WriteItem',
      { saga: { ...mark, createdBy: 'creator', version: 3 } },
    ],
    ['with a version that is not the next', 'WriteItem', { saga: { ...mark, version: 7 } }],
    ['with a put of other content', 'PutObjects', { puts: [{ ...put, sha256: '0'.repeat(64) }] }],
    ['with a put of another attribute', 'PutObjects', { puts: [{ ...put, attribute: 'cover' }] }],
    [
      'with a put of a name that objects inherit',
      'PutObjects',
      { puts: [{ ...put, attribute: 'constructor' }] },
    ],
  ])('is refused %s', async (_, at, changes) => {
    const { name, cause } = await failure(
      plan(standardEvent('create', await handedOver('create', PAGE, at, changes))),
    );
    expect(name).toBe('InvalidInput');
    expect(cause.field).toMatch(/^continues\./);
  });

  // A staged object's key is no secret, its SHA-256 is: whoever does not know it must not come by the content.
  test.each([
    ['SHA-256', { sha256: 'f'.repeat(64) }],
    ['size', { size: 6 }],
  ])('is refused with a put of what is staged under another %s than the input has', async (_, changes) => {
    const staged = { key: 'staging/u', sha256: DIGEST, size: CONTENT.length, ...changes };
    const given = await handedOver('create', PAGE, 'PutObjects');
    const input = { ...given, largeAttributes: { page: { staged } } };
    const { name, cause } = await failure(plan(standardEvent('create', input)));
    expect([name, cause.field]).toEqual(['InvalidInput', 'continues.plan.puts']);
  });

  test.each<[string, object | string | null, string]>([
    ['nothing', null, 'continues'],
    ['text', 'x', 'continues'],
    ['no plan', { plan: null }, 'continues.plan'],
    ['keys that are no list', { plan: { created: {} } }, 'continues.plan.created'],
    ['keys that are no texts', { plan: { placed: [5] } }, 'continues.plan.placed.0'],
    ['puts that are none', { plan: { puts: [null] } }, 'continues.plan.puts.0'],
    ['pointers that are none', { plan: { pointers: { page: 5 } } }, 'continues.plan.pointers.page'],
    ['an expectation of no kind', { plan: { expected: { kind: 'x' } } }, 'continues.plan.expected.kind'],
    ['a number over all plans', { plan: { number: 9 } }, 'continues.plan.number'],
    ['a wait into the past', { secondsToSettle: -1 }, 'continues.secondsToSettle'],
    ['a wait of years', { secondsToSettle: 1e9 }, 'continues.secondsToSettle'],
    ['a time that is none', { writeStartedAt: 'soon' }, 'continues.writeStartedAt'],
    ['puts that have not ended', { puts: [{ put: 'yes' }] }, 'continues.puts.0.put'],
    ['a failure without a cause', { failure: { name: 'x' } }, 'continues.failure.cause'],
  ])('names what is no hand-over: %s', async (_, changes, field) => {
    const { continues, ...input } = await handedOver('create', PAGE, 'WriteItem');
    const { plan: changed, ...others } = Object(changes) as { plan?: object | null };
    const made = {
      ...continues,
      ...others,
      plan: changed === null ? null : { ...continues.plan, ...changed },
    };
    const forged = changes === null || typeof changes === 'string' ? changes : made;
    const { name, cause } = await failure(plan(standardEvent('create', { ...input, continues: forged })));
    expect([name, cause.field]).toEqual(['InvalidInput', field]);
  });

  test.each(['continues', 'settles'])('is refused under any other name: %s', async (field) => {
    const input = {
      [field]: field === 'settles' ? { id: ID } : (await handedOver('create', PAGE, 'WriteItem')).continues,
    };
    for (const name of ['create-1', continuedName(OTHER_ID)]) {
      const { name: error } = await failure(plan(standardEvent('create', { ...PAGE, ...input }, name)));
      expect(error).toBe('InvalidInput');
    }
  });

  test.each([
    ['those that do', continuedName(ID)],
    ['Express runs', `x.${ID}.0123456789ab`],
  ])('leaves names of the form of %s to them', async (_, of) => {
    const { name, cause } = await failure(plan(standardEvent('create', PAGE, of)));
    expect(name).toBe('InvalidInput');
    expect(cause.field).toBe('name');
  });

  test('plans again under the identity of the Express run, and looks for what is staged no more', async () => {
    const made = await plan(expressEvent('create', PAGE));
    const previous = {
      number: 1,
      placed: made.placed,
      series: 1,
      proof: 'condition' as const,
      run: made.run,
    };
    const again = await plan({ ...standardEvent('create', PAGE), previous });
    expect(again).toMatchObject({ number: 2, run: made.run, puts: [], placed: made.placed });
    expect(s3Mock).not.toHaveReceivedCommand(HeadObjectCommand);
  });
});

describe('an execution that settles an Express run', () => {
  test.each([
    [{ id: ID }, SETTLE_RUN_SECONDS.staged],
    [{ id: ID, inline: true }, SETTLE_RUN_SECONDS.inline],
    [{ id: ID, before: { createdBy: 'c', version: 3 } }, SETTLE_RUN_SECONDS.staged],
  ])('says what to settle, and how long to wait: %j', async (settles, seconds) => {
    const { name, cause } = await failure(plan(standardEvent('update', { settles })));
    expect(name).toBe('Settles');
    expect(cause).toMatchObject({ key: KEY, settles, seconds });
  });

  test.each([
    [{ id: ID, before: { version: 3 } }, 'settles.before'],
    [{ id: ID, before: { createdBy: 'c', version: '3' } }, 'settles.before'],
    [{ id: ID, inline: 'yes' }, 'settles.inline'],
    ['x', 'settles.id'],
  ])('refuses %j', async (settles, field) => {
    const { name, cause } = await failure(plan(standardEvent('update', { settles })));
    expect([name, cause.field]).toEqual(['InvalidInput', field]);
  });
});

describe('what became of an Express run', () => {
  const own = expressRun('update');
  const twin = expressRun('update', ID, 'ffffffffffff');
  const key = (by: string, item: typeof KEY | { id: { S: string } } = KEY) =>
    objectKey(STORE, item, 'page', DIGEST, by);
  const settles = { id: ID, before: { createdBy: 'creator', version: 3 } };
  const ask = (operation: Operation = 'update', given: object = settles) =>
    settleRun({ operation, key: KEY, settles: given as typeof settles });
  const stands = (metadata: object, pages: Readonly<Record<string, string>> = {}) =>
    dynamodbMock.on(GetItemCommand).resolves({ Item: toSdkItem(sagaItem(pages, metadata)) });
  const lists = (...keys: string[]) =>
    s3Mock.on(ListObjectsV2Command).resolves({ Contents: keys.map((Key) => ({ Key })) });
  const deleted = () =>
    s3Mock.commandCalls(DeleteObjectsCommand).flatMap(({ args }) => {
      return args[0].input.Delete?.Objects?.map(({ Key }) => Key) ?? [];
    });

  test('the item tells by its mark: written, and by which execution', async () => {
    stands({ createdBy: 'creator', version: 4, writtenBy: twin }, { page: key(twin) });
    lists(
      key(own),
      key(twin),
      key(formatRun(run('update'))),
      key(own, { id: { S: '2' } }),
      'items/readme.txt',
    );
    const output = outputSchema.parse(await ask());
    expect(output).toMatchObject({ run: twin, version: 4, cleanup: 'deferred' });
    expect(output.largeAttributes).toEqual({ page: pointer(key(twin)) });
    expect(deleted()).toEqual([key(own)]);
  });

  test('of a create also by who created it', async () => {
    const created = expressRun('create');
    stands({ createdBy: created, version: 4, writtenBy: own });
    expect(await ask('create')).toMatchObject({ run: created, version: 1 });
  });

  test.each([
    ['the item is as it was', 'update', { createdBy: 'creator', version: 3, writtenBy: 'x' }],
    ['the item that was to be deleted is', 'delete', { createdBy: 'creator', version: 3, writtenBy: 'x' }],
    ["an update's next version is another's", 'update', { createdBy: 'creator', version: 4, writtenBy: 'x' }],
  ] as const)('not written: %s', async (_, operation, metadata) => {
    stands(metadata);
    lists(key(expressRun(operation)));
    const { name, cause } = await failure(ask(operation));
    expect([name, cause.id]).toEqual(['NotWritten', ID]);
    expect(deleted()).toEqual([key(expressRun(operation))]);
  });

  test.each([
    ['there is no item', 'create', undefined, settles],
    ['there is no item, of a delete', 'delete', undefined, settles],
    ["another's", 'create', { createdBy: 'other', version: 1, writtenBy: 'x' }, { id: ID }],
    [
      'it is not known how it was',
      'update',
      { createdBy: 'creator', version: 3, writtenBy: 'x' },
      { id: ID },
    ],
    ['it moved on', 'update', { createdBy: 'creator', version: 5, writtenBy: 'x' }, settles],
    ['it was made anew', 'update', { createdBy: 'other', version: 3, writtenBy: 'x' }, settles],
    ['it is older', 'update', { createdBy: 'creator', version: 2, writtenBy: 'x' }, settles],
    ['a delete found it changed', 'delete', { createdBy: 'creator', version: 4, writtenBy: 'x' }, settles],
  ] as const)('unknown: %s', async (_, operation, metadata, given) => {
    if (metadata !== undefined) stands(metadata);
    lists(key(expressRun(operation)));
    expect((await failure(ask(operation, given))).name).toBe('OutcomeUnknown');
    expect(deleted()).toEqual([key(expressRun(operation))]);
  });

  test('fails, to be tried again, when S3 keeps an object', async () => {
    stands({ createdBy: 'creator', version: 3, writtenBy: 'x' });
    lists(key(own));
    s3Mock.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: key(own), Code: 'SlowDown' }] });
    expect((await failure(ask())).name).toBe('DeleteFailed');
  });
});
