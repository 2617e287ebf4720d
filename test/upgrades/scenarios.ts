// What is recorded of a release: runs of every kind, as steps that any later version can play again.

import { createHash } from 'node:crypto';
import type { Operation } from '../../core/keys/run.ts';
import type { AttributeValue } from '../../core/values/attributes.ts';
import type { FaultInput } from '../../local/index.ts';
import type { Scenario, Step } from './steps.ts';

const BUCKET = 'docs-bucket';

/** An item `name`, and what is done to it. A run is called `{name}-{number}`. */
function about(name: string) {
  const run = (number: number) => `${name}-${number}`;
  const start = (number: number, operation: Operation, input: object = {}): Step => ({
    do: 'start',
    run: run(number),
    operation,
    input: { key: { id: name }, ...input },
  });
  const finish = (number: number): Step => ({ do: 'finish', run: run(number) });
  return {
    run,
    start,
    finish,
    redriven: (number: number): readonly Step[] => [{ do: 'redrive', run: run(number) }, finish(number)],
    /** A run to its end. */
    ran: (number: number, operation: Operation, input: object = {}): readonly Step[] => [
      start(number, operation, input),
      finish(number),
    ],
    staged: (text: string): { readonly put: Step; readonly content: object } => {
      const key = `staging/${name}/${text}`;
      const sha256 = createHash('sha256').update(text).digest('hex');
      return { put: { do: 'putObject', key, text }, content: { staged: { key, sha256, size: text.length } } };
    },
  };
}

const page = (text: string) => ({ largeAttributes: { page: { text } } });
const fault = (given: FaultInput): Step => ({ do: 'fault', fault: given });
const s3 = (operation: string, error: string, more: Partial<FaultInput> = {}): Step =>
  fault({ service: 's3', operation, when: 'before', error, ...more });
const write = (error: string, more: Partial<FaultInput> = {}): Step =>
  fault({ service: 'dynamodb', operation: 'TransactWriteItems', when: 'before', error, ...more });
const inDoubt = write('InternalServerError', { times: 'always' });
const writeRefused = write('ValidationException', { status: 400 });
const cannotDelete = s3('DeleteObjects', 'InternalError', { times: 'always' });
/** Its function is throttled once, so that the run waits before its write. */
const held = fault({
  service: 'lambda',
  operation: 'Invoke',
  when: 'before',
  error: 'TooManyRequestsException',
  match: 'WriteItem',
});
const mend: Step = { do: 'mend' };
/** Past the life of a write's token. */
const forget: Step = { do: 'pass', seconds: 15 * 60 };

/** An object as a run has put it that nobody knows any more, and one that an item points at. */
function sweep(): Scenario {
  const name = 'sweep';
  const keyOf = (attribute: string) =>
    `items/pk=${name}/attr=${attribute}/sha256=${'0'.repeat(64)}/create.${attribute}.20380601T000000000Z`;
  const saga: AttributeValue = {
    M: {
      createdBy: { S: 'create.kept.20380601T000000000Z' },
      version: { N: '1' },
      writtenBy: { S: 'create.kept.20380601T000000000Z' },
      large: { L: [{ S: 'kept' }] },
    },
  };
  return {
    name,
    steps: [
      { do: 'putObject', key: keyOf('gone'), text: 'nobody needs it' },
      { do: 'putObject', key: keyOf('kept'), text: 'needed' },
      { do: 'putObject', key: `items/${name}/foreign`, text: 'not ours' },
      {
        do: 'putItem',
        item: { id: { S: name }, kept: { S: `s3://${BUCKET}/${keyOf('kept')}` }, _saga: saga },
      },
      { do: 'pass', seconds: 2 * 24 * 60 * 60 },
      // As a dry run, so that what a batch answers can be asked for once more: no history of the sweep's has it.
      { do: 'start', run: `${name}-1`, operation: 'sweep', input: { dryRun: true, maxConcurrency: 1 } },
      { do: 'finish', run: `${name}-1` },
    ],
    histories: [`${name}-1`],
  };
}

function creates(): readonly Scenario[] {
  const inline = about('create-inline');
  const staged = about('create-staged');
  const rejected = about('create-rejected');
  const refused = about('put-refused');
  const back = about('rolled-back');
  const settles = about('settles');
  const copies = about('copy-settles');
  const content = staged.staged('staged content');
  const copied = copies.staged('copied twice');
  return [
    {
      name: 'create-inline',
      steps: inline.ran(1, 'create', {
        attributes: { title: 'one', count: 1, tags: ['a', { b: null }] },
        largeAttributes: {
          page: { text: 'a page' },
          data: { base64: 'AAEC', contentType: 'image/x-test', metadata: { origin: 'a test' } },
        },
        updateAt: '2026-11-23T12:00:00Z',
      }),
      histories: [inline.run(1)],
    },
    {
      name: 'create-staged',
      steps: [content.put, ...staged.ran(1, 'create', { largeAttributes: { page: content.content } })],
    },
    {
      name: 'create-rejected',
      steps: [
        ...rejected.ran(1, 'create', { colour: 'red' }),
        ...rejected.ran(2, 'create', { attributes: { title: 'one' } }),
        ...rejected.ran(3, 'create', page('too late')),
      ],
    },
    {
      name: 'put-refused',
      steps: [s3('PutObject', 'AccessDenied', { status: 403 }), ...refused.ran(1, 'create', page('x'))],
    },
    {
      name: 'rolled-back',
      steps: [writeRefused, ...back.ran(1, 'create', page('x'))],
      histories: [back.run(1)],
    },
    { name: 'settles', steps: [s3('PutObject', 'InternalError'), ...settles.ran(1, 'create', page('x'))] },
    {
      name: 'copy-settles',
      steps: [
        copied.put,
        s3('CopyObject', 'InternalError'),
        ...copies.ran(1, 'create', { largeAttributes: { page: copied.content } }),
      ],
    },
  ];
}

function updates(): readonly Scenario[] {
  const plain = about('update-plain');
  const large = about('update-large');
  const removed = about('update-removed');
  const adopted = about('update-adopted');
  const legacy = about('update-legacy');
  const condition = about('condition-failed');
  const deferred = about('cleanup-deferred');
  const again = about('planned-again');
  const next = large.staged('the second page');
  const legacyKey = 'legacy/pk=update-legacy/attr=page/md5=8277e0910d750195b448797616e091ad';
  return [
    {
      name: 'update-plain',
      steps: [
        ...plain.ran(1, 'create', { attributes: { title: 'one', count: 1, old: true } }),
        ...plain.ran(2, 'update', {
          set: { title: 'two', seen: { by: ['x'] } },
          remove: ['old'],
          add: { count: 2 },
          expectedVersion: 1,
          condition: { expression: '#t = :t', names: { '#t': 'title' }, values: { ':t': 'one' } },
        }),
        ...plain.ran(3, 'update', {
          updateExpression: { expression: 'SET #n = :n', names: { '#n': 'note' }, values: { ':n': 'new' } },
        }),
      ],
    },
    {
      name: 'update-large',
      steps: [
        ...large.ran(1, 'create', { largeAttributes: { page: { text: 'first' }, note: { text: 'kept' } } }),
        next.put,
        ...large.ran(2, 'update', { largeAttributes: { page: next.content, note: { text: 'kept' } } }),
      ],
    },
    {
      name: 'update-removed',
      steps: [...removed.ran(1, 'create', page('x')), ...removed.ran(2, 'update', { remove: ['page'] })],
    },
    {
      name: 'update-adopted',
      steps: [
        { do: 'putItem', item: { id: { S: 'update-adopted' }, title: { S: 'from elsewhere' } } },
        ...adopted.ran(1, 'update', page('ours')),
        ...adopted.ran(2, 'delete'),
      ],
    },
    {
      name: 'update-legacy',
      steps: [
        { do: 'putObject', key: legacyKey, text: 'a' },
        {
          do: 'putItem',
          item: { id: { S: 'update-legacy' }, page: { S: `s3://${BUCKET}/${legacyKey}` } },
        },
        ...legacy.ran(1, 'update', page('ours')),
      ],
    },
    {
      name: 'condition-failed',
      steps: [
        ...condition.ran(1, 'create', page('x')),
        ...condition.ran(2, 'update', {
          condition: { expression: 'attribute_exists(colour)' },
          ...page('y'),
        }),
      ],
    },
    {
      name: 'cleanup-deferred',
      steps: [...deferred.ran(1, 'create', page('x')), cannotDelete, ...deferred.ran(2, 'update', page('y'))],
    },
    {
      name: 'planned-again',
      steps: [
        ...again.ran(1, 'create', page('x')),
        held,
        again.start(2, 'update', page('late')),
        ...again.ran(3, 'update', page('early')),
        again.finish(2),
      ],
    },
  ];
}

function deletes(): readonly Scenario[] {
  const plain = about('delete');
  const again = about('delete-planned-again');
  const expired = about('expired');
  return [
    {
      name: 'delete',
      steps: [
        ...plain.ran(1, 'create', page('x')),
        ...plain.ran(2, 'delete', { expectedVersion: 1 }),
        ...plain.ran(3, 'delete'),
        ...plain.ran(4, 'delete', { mustExist: true }),
      ],
      histories: [plain.run(2)],
    },
    {
      name: 'delete-planned-again',
      steps: [
        ...again.ran(1, 'create', page('x')),
        held,
        again.start(2, 'delete'),
        ...again.ran(3, 'update', page('y')),
        again.finish(2),
      ],
    },
    { name: 'expired', steps: [...expired.ran(1, 'create', page('x')), { do: 'expire', id: 'expired' }] },
  ];
}

function doubts(): readonly Scenario[] {
  const throttled = about('throttled');
  const answered = about('answered-late');
  const redriven = about('redriven');
  const unwritten = about('redriven-unwritten');
  const written = about('redriven-written');
  const compensation = about('redriven-compensation');
  const deleted = about('redriven-delete');
  const unknown = about('unknown');
  const stopped = (of: About, number: number, operation: Operation, input: object = {}): readonly Step[] => [
    of.start(number, operation, input),
    { do: 'stop', run: of.run(number) },
    mend,
  ];
  return [
    {
      name: 'throttled',
      steps: [write('ThrottlingException', { status: 400 }), ...throttled.ran(1, 'create', page('x'))],
    },
    {
      name: 'answered-late',
      steps: [write('InternalServerError', { when: 'after' }), ...answered.ran(1, 'create', page('x'))],
    },
    {
      name: 'redriven',
      steps: [inDoubt, ...stopped(redriven, 1, 'create', page('x')), ...redriven.redriven(1)],
      histories: [redriven.run(1)],
    },
    {
      name: 'redriven-unwritten',
      steps: [inDoubt, ...stopped(unwritten, 1, 'create', page('x')), forget, ...unwritten.redriven(1)],
    },
    {
      name: 'redriven-written',
      steps: [
        ...written.ran(1, 'create', page('x')),
        write('InternalServerError', { when: 'after', times: 'always' }),
        ...stopped(written, 2, 'update', page('y')),
        forget,
        ...written.redriven(2),
      ],
    },
    {
      name: 'redriven-compensation',
      steps: [
        writeRefused,
        cannotDelete,
        ...compensation.ran(1, 'create', page('x')),
        mend,
        ...compensation.redriven(1),
      ],
    },
    {
      name: 'redriven-delete',
      steps: [
        ...deleted.ran(1, 'create', page('x')),
        inDoubt,
        ...stopped(deleted, 2, 'delete'),
        forget,
        ...deleted.redriven(2),
      ],
    },
    {
      name: 'unknown',
      steps: [
        ...unknown.ran(1, 'create', page('x')),
        inDoubt,
        ...stopped(unknown, 2, 'update', page('y')),
        forget,
        ...unknown.ran(3, 'update', page('v')),
        ...unknown.ran(4, 'update', page('w')),
        ...unknown.redriven(2),
      ],
    },
    {
      name: 'stuck',
      steps: [writeRefused, cannotDelete, ...about('stuck').ran(1, 'create', page('x'))],
      histories: [about('stuck').run(1)],
    },
  ];
}

type About = ReturnType<typeof about>;

/** In this order: the sweep comes first, as long as no other objects are there. */
export const SCENARIOS: readonly Scenario[] = [
  sweep(),
  ...creates(),
  ...updates(),
  ...deletes(),
  ...doubts(),
];
