// The line that each attempt of a task leaves: who, what, how it ended, and nothing of what is written.

import './environment.ts';
import { ConditionalCheckFailedException, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test, vi } from 'vitest';
import { handler as deleteObjects } from '../../lambdas/delete-objects.ts';
import { type PlanEvent, handler as plan } from '../../lambdas/plan.ts';
import { handler as putInline } from '../../lambdas/put-inline.ts';
import { run } from '../core/fixtures.ts';
import { KEY, keyOf } from '../core/items.ts';
import { awsError, dynamodbMock, failure, logLines, s3Mock } from './environment.ts';

const SECRET = 'not for the log';
const log = { run: 'create-1-x', attempt: 2, redrive: 1 };

function planning(input: object): PlanEvent {
  const { name, startTime } = run('create');
  return { operation: 'create', execution: { name, startTime }, input, previous: null };
}

function putting() {
  const key = keyOf('page', 'x', 'create');
  const put = { attribute: 'page', key, sha256: 'a'.repeat(64), size: 3 };
  return { put, content: { text: SECRET }, updatedAt: '2026-11-23T12:00:00Z', retries: 0, redriven: false };
}

test('names run, item, attempt and duration of what is done, from wherever the event has the item', async () => {
  const lines = logLines();
  dynamodbMock.on(GetItemCommand).resolves({});
  s3Mock.on(PutObjectCommand).resolves({});
  const input = {
    key: { id: '1' },
    attributes: { title: SECRET },
    largeAttributes: { page: { text: SECRET } },
  };
  await plan({ ...planning(input), log });
  await putInline({ ...putting(), log });
  await deleteObjects({ key: KEY, objectKeys: [], purpose: 'cleanup', log });
  for (const line of lines) {
    expect(line).toMatchObject({
      ...{ level: 'INFO', message: 'done', service: 'twinwrite', ...log, item: 'id=1' },
      milliseconds: expect.any(Number),
    });
  }
  expect(lines).toHaveLength(3);
  expect(JSON.stringify(lines)).not.toContain(SECRET);
});

test('warns of answers by their names alone: their messages quote what is at fault', async () => {
  const lines = logLines();
  await failure(plan({ ...planning({ key: { id: '1' }, attributes: { [SECRET]: 1e300 } }), log }));
  s3Mock.on(PutObjectCommand).rejects(awsError('AccessDenied', 403, SECRET));
  await failure(putInline({ ...putting(), log }));
  expect(lines).toMatchObject([
    { level: 'WARN', message: 'answered', answer: 'InvalidInput', item: 'id=1', ...log },
    { level: 'WARN', message: 'answered', answer: 'PutRefused', item: 'id=1', ...log },
  ]);
  expect(JSON.stringify(lines)).not.toContain(SECRET);
});

test('tells failures by code and status', async () => {
  const lines = logLines();
  const error = new ConditionalCheckFailedException({ message: SECRET, $metadata: { httpStatusCode: 400 } });
  dynamodbMock.on(GetItemCommand).rejects(error);
  await failure(plan(planning({ key: { id: '1' } })));
  expect(lines).toMatchObject([
    { level: 'ERROR', message: 'failed', failure: 'ConditionalCheckFailedException', status: 400 },
  ]);
  expect(JSON.stringify(lines)).not.toContain(SECRET);
});

test.each([
  [{ key: { id: 'x'.repeat(2000) } }, `id=${'x'.repeat(253)}`],
  [{ key: { other: SECRET } }, undefined],
  [{ key: SECRET }, undefined],
  [{}, undefined],
  [null, undefined],
])('copes with any input: %j', async (input, item) => {
  const lines = logLines();
  dynamodbMock.on(GetItemCommand).resolves({});
  await plan({ ...planning({}), input }).catch(() => undefined);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.item).toBe(item);
  expect(JSON.stringify(lines)).not.toContain(SECRET);
});

test('leaves out what is below the level of the settings', async () => {
  const lines = logLines('ERROR');
  dynamodbMock.on(GetItemCommand).resolvesOnce({}).rejects(awsError('InternalServerError', 500));
  await plan(planning({ key: { id: '1' } }));
  await failure(plan(planning({ key: { id: '1' } })));
  expect(lines).toMatchObject([{ level: 'ERROR', message: 'failed', failure: 'InternalServerError' }]);
});

test.each([
  [
    'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
    '1-5759e988-bd862e3fe1be46a994272793',
  ],
  ['', undefined],
])('names the trace of the invocation: %s', async (variable, id) => {
  vi.stubEnv('_X_AMZN_TRACE_ID', variable);
  const lines = logLines();
  dynamodbMock.on(GetItemCommand).resolves({});
  await plan(planning({ key: { id: '1' } }));
  expect(lines[0]?.xray_trace_id).toBe(id);
  expect(Number.isNaN(Date.parse(String(lines[0]?.timestamp)))).toBe(false);
});
