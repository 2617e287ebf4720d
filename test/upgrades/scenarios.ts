// What is recorded of a release: runs of every kind, as steps that any later version can play again.

import type { AttributeValue } from '../../core/values/attributes.ts';
import { about, BUCKET, cannotDelete, held, page, s3, writeRefused } from './blocks.ts';
import { doubts } from './doubts.ts';
import type { Scenario } from './steps.ts';

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
  const put = about('put-replaces');
  const creating = about('update-creates');
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
      name: 'put-replaces',
      steps: [
        ...put.ran(1, 'create', { overwrite: true, ...page('x') }),
        ...put.ran(2, 'create', { overwrite: true, expectedVersion: 1, ...page('y') }),
        ...put.ran(3, 'create', { overwrite: true, attributes: { title: 'small' } }),
      ],
    },
    {
      name: 'update-creates',
      steps: [1, 2].flatMap((n) =>
        creating.ran(n, 'update', { createIfMissing: true, add: { n: 1 }, ...page('x') }),
      ),
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

/** In this order: the sweep comes first, as long as no other objects are there. */
export const SCENARIOS: readonly Scenario[] = [
  sweep(),
  ...creates(),
  ...updates(),
  ...deletes(),
  ...doubts(),
];
